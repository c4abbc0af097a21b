# SPDX-License-Identifier: MIT
"""Every system call of a transaction fails, once or from there on: done, or as if never begun."""
import errno
import itertools
import os
import re
import subprocess
import tempfile
import unittest

from faults import pair, snapshot, sweep

ERRORS = ("ENOSPC", "EDQUOT", "EIO", "EPERM", "EROFS", "ENOMEM", "EINTR")
DONE, USAGE, ROLLED_BACK, NEEDS_RECOVER = 0, 2, 4, 5
# usage (a package file that cannot be opened), refused, rolled back, undo failed, bad package, locked, permission
FAILED = (USAGE, 3, ROLLED_BACK, NEEDS_RECOVER, 6, 7, 8)
COMPLAINT = re.compile(r"^minipkg: cannot [^']+ '.*': ..", re.MULTILINE)
SANITIZER = re.compile("Sanitizer|runtime error")


class Table(sweep.Table):
    """How often each promise was broken, for one way to fail."""

    COLUMNS = ("points", "mixed", "exit 0 not new", "wrong exit", "left over", "recover failed")
    OF_THE_JUDGE = {"mixed before": "mixed", "mixed after": "mixed", "damaged": "mixed", "redo failed": "recover failed"}

    def __init__(self, name):
        super().__init__(name)
        self.exits = {}

    def count(self, column, point, what):
        super().count(self.OF_THE_JUDGE.get(column, column), point, what)

    def show(self, offset):
        super().show(offset)
        print("    exits:", *[f"{status}: {n}" for status, n in sorted(self.exits.items())], file=os.sys.stderr)


class Failing:
    """One scenario whose calls fail; judges what each failure leaves."""

    def __init__(self, scenario):
        self.scenario = scenario

    def at(self, table, mode, point):
        """`mode` is what the interposer is told: ["fail", point, errno], ["short", point]."""
        root = self.scenario.fresh()
        table.figures["points"] += 1
        try:
            done, _, name = self.scenario.interposed(mode, root)
        except subprocess.TimeoutExpired:
            return table.count("wrong exit", point, "it hangs")
        table.exits[done.returncode] = table.exits.get(done.returncode, 0) + 1
        point = f"{' '.join(map(str, mode))} ({name})"
        self.judge_words(table, point, done)
        if done.returncode == DONE:
            self.judge_done(table, point, root, done)
        elif done.returncode == NEEDS_RECOVER:
            self.judge_stuck(table, point, root, done)
        else:
            self.judge_undone(table, point, root, done)
        self.scenario.judge(table, point, root)

    def judge_words(self, table, point, done):
        """Never a crash, and no failure without its cause."""
        if done.returncode not in (DONE, *FAILED) or SANITIZER.search(done.stderr):
            table.count("wrong exit", point, f"{done.returncode}: {done.stderr.strip()[-600:]}")
        elif done.returncode != DONE and not COMPLAINT.search(done.stderr):
            table.count("wrong exit", point, f"{done.returncode} without a cause: {done.stderr.strip()!r}")

    def judge_done(self, table, point, root, done):
        wrong = snapshot.differences(self.scenario.new, snapshot.snapshot(root), self.scenario.since)
        # A mount's top gets its time back when the staging area goes, which may be left to the next writer.
        told = "warning:" in done.stderr
        wrong = [w for w in wrong if not (told and w.endswith(": time"))]
        if wrong or self.listed(root) != self.scenario.versions[1]:
            table.count("exit 0 not new", point, wrong[:4] or self.listed(root))
        if not told and sweep.areas(root):
            table.count("left over", point, f"{sweep.areas(root)}, and no warning")

    def judge_undone(self, table, point, root, done):
        wrong = snapshot.differences(self.scenario.old, snapshot.snapshot(root))
        if wrong or self.listed(root) != self.scenario.versions[0]:
            table.count("mixed", point, f"exit {done.returncode}, {wrong[:4] or self.listed(root)}: {done.stderr.strip()}")

    def judge_stuck(self, table, point, root, done):
        """Undoing failed as well: the journal stays, and `recover` is named and works once the fault is gone."""
        if "minipkg recover" not in done.stderr:
            table.count("wrong exit", point, f"no word of 'minipkg recover': {done.stderr}")
        recovered = self.scenario.run(["recover"], root, check=False)
        wrong = snapshot.differences(self.scenario.old, snapshot.snapshot(root))
        if recovered.returncode != 0 or wrong or self.listed(root) != self.scenario.versions[0]:
            table.count("recover failed", point, recovered.stderr.strip() or wrong[:4] or self.listed(root))

    def listed(self, root):
        """What the database says, asked without repairing anything."""
        listed = self.scenario.run(["list", "--dry-run"], root, check=False)
        return listed.stdout if listed.returncode == 0 else listed.stderr


class FaultTest(unittest.TestCase):
    def setUp(self):
        if not sweep.INTERPOSER:
            self.skipTest("MINIPKG_INTERPOSER names no interposer")
        directory = tempfile.TemporaryDirectory(prefix="minipkg-faults-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.old, self.new = pair.packages(self.directory)

    def upgrade(self):
        return sweep.Scenario(
            self.directory, [["--live", "install", "--allow-special", self.old]],
            ["install", "--allow-special", self.new], ["app\t1-1\tnoarch\n", "app\t2-1\tnoarch\n"])

    def first_install(self, *before):
        """Of an offline root: it makes the databases' directory first, and parks the database at the end."""
        return sweep.Scenario(self.directory, before, ["--offline", "install", "--allow-special", self.new],
                              ["", "app\t2-1\tnoarch\n"])

    def conclude(self, tables, offset):
        for table in tables.values():
            table.show(offset)
        self.assertGreater(sum(table.figures["points"] for table in tables.values()), 0)
        self.assertEqual(sum(table.failures() for table in tables.values()), 0,
                         f"repeat with MINIPKG_SWEEP_OFFSET={offset}")


class FailingCalls(FaultTest):
    def sweep(self, scenario, mode, errors, sparse=1):
        """Thinned: at each `sparse`th chosen point one error, another at the next; else all errors at all points."""
        failing, tables = Failing(scenario), {}
        chosen, offset = sweep.points(scenario.total())
        chosen = chosen if sweep.FULL else chosen[::sparse]
        rotating = itertools.cycle(errors)
        for point in chosen:
            for error in errors if sweep.FULL else [next(rotating)]:
                table = tables.setdefault(error, Table(f"{self.id().split('.')[-1]} {error}"))
                failing.at(table, [mode, point, *([getattr(errno, error)] if hasattr(errno, error) else [])], point)
        self.conclude(tables, offset)

    def test_once(self):
        self.sweep(self.upgrade(), "fail", ERRORS, sparse=2)

    def test_from_there_on(self):
        # EINTR for ever is no fault of this world: libc and SQLite ask again until it ends.
        self.sweep(self.upgrade(), "fail-from", ERRORS[:-1], sparse=3)

    def test_short_write(self):
        self.sweep(self.upgrade(), "short", ["short"], sparse=3)

    def test_reading_once(self):
        """Calls that look, read, open and lock: nothing that is not known may be taken for known."""
        os.environ["INTERPOSER_CALLS"] = "reading"
        self.addCleanup(os.environ.pop, "INTERPOSER_CALLS")
        self.sweep(self.upgrade(), "fail", ("EIO", "ENOMEM", "EACCES", "EINTR", "ENOLCK", "EMFILE"), sparse=6)

    def test_first_install_once(self):
        self.sweep(self.first_install(), "fail", ERRORS, sparse=3)

    def test_first_install_from_there_on(self):
        # Were this directory made as well, it would stay: nothing can be removed any more.
        scenario = self.first_install(lambda root: os.makedirs(root / snapshot.STATE))
        self.sweep(scenario, "fail-from", ERRORS[:-1], sparse=3)


if __name__ == "__main__":
    unittest.main()
