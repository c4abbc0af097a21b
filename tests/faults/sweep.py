# SPDX-License-Identifier: MIT
"""Interrupts a transaction at its n-th mutating system call, for each n, and looks at what is left."""
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

from faults import snapshot
from faults.ground import Directory
from support.minipkg import program

INTERPOSER = os.environ.get("MINIPKG_INTERPOSER", "")
FULL = os.environ.get("MINIPKG_FULL_TESTS") == "1"
EVERY = int(os.environ.get("MINIPKG_SWEEP_EVERY", "7"))  # thinned: every 7th point, from another one each run


def points(total, every=EVERY):
    """The points to look at, and the offset that repeats them."""
    if FULL:
        return range(1, total + 1), 1
    first = int(os.environ.get("MINIPKG_SWEEP_OFFSET", "0")) or random.randint(1, max(1, min(every, total)))
    return range(first, total + 1, every), first


class Table:
    """One line of figures; all but the first must be zero."""

    COLUMNS = ("points", "mixed before", "mixed after", "damaged", "left over", "redo failed")

    def __init__(self, name):
        self.name, self.figures, self.examples = name, dict.fromkeys(self.COLUMNS, 0), []

    def count(self, column, point, what):
        self.figures[column] += 1
        self.examples.append(f"{column} at {point}: {what}")

    def failures(self):
        return sum(count for column, count in self.figures.items() if column != "points")

    def show(self, offset):
        print(f"\n{self.name} (offset {offset})", *[f"{c}: {n}" for c, n in self.figures.items()], sep=" | ",
              file=sys.stderr)
        for example in self.examples[:20]:
            print("   ", example[:400], file=sys.stderr)


def kept_for_undo(root):
    """Ids of finished transactions whose old files stay."""
    state = pathlib.Path(root, snapshot.STATE, "state.db")
    if not state.exists():
        return set()
    database = sqlite3.connect(f"file:{state}?mode=ro", uri=True)
    try:
        return {id for (id,) in database.execute("SELECT id FROM history WHERE state = 'done' AND kept = 1")}
    finally:
        database.close()


def areas(root):
    """Staging areas that stand about, but for those that a finished transaction keeps for undo."""
    found, kept = [], kept_for_undo(root)
    for directory, names, _ in os.walk(root):
        if ".minipkg" in names:
            ids = os.listdir(f"{directory}/.minipkg")
            found += [f"{directory}/.minipkg/{one}" for one in ids if one not in kept] + ([] if ids else [".minipkg"])
    return found


def left_over(root):
    """What a transaction made for itself and has not taken away."""
    # A root where nothing was ever installed has no databases.
    state = os.listdir(f"{root}/{snapshot.STATE}") if os.path.isdir(f"{root}/{snapshot.STATE}") else []
    return areas(root) + [name for name in state if name not in ("packages.db", "state.db")]


class Scenario:
    """A root before a transaction, the command that does it, and the trees before and after."""

    def __init__(self, ground, before, command, versions, again=None):
        """`ground` is where the root lies, a directory or one of ground.py; `before` are commands, or functions of its
        path, that make it; `versions` is what `list` says before and after; `again` is the command that must succeed
        once all is done, where that is not the same one."""
        ground = ground if hasattr(ground, "fresh") else Directory(ground)
        self.ground, self.command, self.versions, self.again = ground, command, versions, again or command
        ground.clear()
        self.program = program()
        self.calls = tempfile.NamedTemporaryFile(prefix="minipkg-calls-")
        for one in before:
            one(ground.base) if callable(one) else self.run(one, ground.base)
        os.sync()
        self.old = snapshot.snapshot(ground.fresh())
        time.sleep(ground.time_step)  # what changes from here on has another time than what is there
        self.since = time.time_ns() - ground.time_step * 10**9
        done = ground.fresh()
        self.run(command, done)
        self.new = snapshot.snapshot(done)

    def fresh(self, *name):
        return self.ground.fresh(*name)

    def finished(self):
        """A root whose transaction is done."""
        root = self.fresh("finished")
        self.run(self.command, root)
        return root

    def killed(self, point):
        """A root whose transaction was killed at this point."""
        root = self.fresh()
        self.interposed(["kill", point], root)
        return root

    def look_between(self, table, point, root):
        """What an onlooker sees before anybody repairs it."""
        wrong = snapshot.between(self.old, self.new, snapshot.snapshot(root), self.ground.may_miss)
        if wrong:
            table.count("mixed before", point, wrong[:4])

    def run(self, command, root, check=True, wrap=()):
        done = subprocess.run([*wrap, self.program, "--root", str(root), *command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def interposed(self, mode, root, command=None, check=False):
        """Runs under the interposer. Returns (result, calls seen, name of the chosen call)."""
        out = pathlib.Path(self.calls.name)
        done = self.run(command or self.command, root, check, [INTERPOSER, *map(str, mode), str(out), "--"])
        seen, name = out.read_text().split()
        return done, int(seen), name

    def total(self, command=None, root=None):
        return self.interposed(["count"], root or self.fresh(), command, check=True)[1]

    def listed(self, root):
        return self.run(["list"], root).stdout

    def judge(self, table, point, root):
        """After one more command: old or new, with both databases saying the same, and nothing left over."""
        told = self.run(["list"], root, check=False)
        if told.returncode != 0:
            return table.count("damaged", point, told.stderr.strip())
        now = snapshot.snapshot(root)
        is_old, is_new = (snapshot.differences(self.old, now),
                          snapshot.differences(self.new, now, self.since))
        if is_old and is_new:
            table.count("mixed after", point, min(is_old, is_new, key=len)[:4])
        elif told.stdout != self.versions[1 if is_old else 0]:
            table.count("damaged", point, f"the database says {told.stdout!r}")
        self.judge_rest(table, point, root, self.again if not is_new else self.command)

    def judge_rest(self, table, point, root, redo):
        left = left_over(root)
        if left:
            table.count("left over", point, left)
        verified = self.run(["verify"], root, check=False)
        if verified.returncode != 0:
            table.count("damaged", point, verified.stdout + verified.stderr)
        again = self.run(["--sync", "none", *redo], root, check=False)  # what is judged is the tree, not the disk
        now = snapshot.snapshot(root)
        if again.returncode != 0 or snapshot.differences(self.new, now, self.since):
            table.count("redo failed", point, again.stderr.strip() or snapshot.differences(self.new, now, self.since)[:4])
