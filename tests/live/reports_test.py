# SPDX-License-Identifier: MIT
"""Who asks, what is on record, how it is found out: needs-restart seen from outside."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

from support.live import LiveTest
from support.minipkg import program
from support.trace import under_strace

NOBODY = 65534


class Reports(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()
        self.packages = [self.pack("libtest", f"{n}.0-1", {"/usr/lib/libtest.so": self.library(n)}) for n in (1, 2)]
        self.library_path = self.root / "usr/lib/libtest.so"

    def start_caller(self, *prefix):
        caller = self.program_with_library("caller.c")
        self.minipkg.install(self.packages[0], self.pack("caller", "1.0-1", {"/usr/bin/caller": caller}))
        process = self.start(*prefix, self.root / "usr/bin/caller")
        self.assertEqual(process.ask(1), "1")
        return process

    def state(self, statement, *values):
        with sqlite3.connect(self.root / "var/lib/minipkg/state.db") as database:
            rows = database.execute(statement, values).fetchall()
        database.close()
        return rows

    def become_nobody(self):
        """Has minipkg run by an ordinary user, who may not be able to reach where it was built."""
        copy = self.directory / "bin"
        copy.mkdir()
        linked = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
        own = [line.split()[2] for line in linked.splitlines() if "libminipkg" in line]
        for file in [program(), *own]:
            shutil.copy(file, copy / pathlib.Path(file).name)
        self.minipkg.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env",
                               f"LD_LIBRARY_PATH={copy}"]
        self.minipkg.program = copy / "minipkg"

    def test_both_ways_to_read_mappings_agree(self):
        process = self.start_caller()
        self.minipkg.install(self.packages[1])
        by_query = self.minipkg.needs_restart()
        self.assertStale(by_query, (process, "libtest", "1.0-1", "2.0-1", "code"))
        # A kernel before 6.11 knows no PROCMAP_QUERY and says so.
        under_strace(self, self.minipkg, "-o", os.devnull, "-e", "inject=ioctl:error=ENOTTY")
        self.assertEqual(self.minipkg.needs_restart()["processes"], by_query["processes"])

    def test_rows_of_another_boot_are_dropped(self):
        process = self.start_caller()
        self.minipkg.install(self.packages[1])
        self.assertEqual(self.minipkg.needs_restart()["processes"][0]["pid"], process.pid)
        self.state("UPDATE retired SET boot_id = 'another boot'")
        report = self.minipkg.needs_restart()
        self.assertEqual((report["processes"], report["retired"], report["scanned"]), ([], 0, 0))

    def test_ordinary_user_is_told_what_was_not_seen(self):
        mine = self.start_caller("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        others = self.start(self.root / "usr/bin/caller")
        self.assertEqual(others.ask(1), "1")
        self.minipkg.install(self.packages[1])
        self.become_nobody()
        report = self.minipkg.needs_restart()
        self.assertEqual([p["pid"] for p in report["processes"]], [mine.pid])
        self.assertEqual(report["processes"][0]["files"][0]["certainty"], "unconfirmed")
        self.assertGreater(report["unreadable"], 0)
        told = self.minipkg.run("needs-restart", status=1)
        self.assertIn("could not be looked at", told.stderr)
        self.minipkg.run("needs-restart", "--complete", status=11)

    def test_complete_answer_to_root(self):
        self.start_caller()
        self.minipkg.run("needs-restart", "--complete", status=0)
        self.minipkg.install(self.packages[1])
        # Even root may not look at a process that has capabilities root lacks, as in some containers.
        unreadable = self.minipkg.needs_restart()["unreadable"]
        self.minipkg.run("needs-restart", "--complete", status=11 if unreadable else 1)

    def test_reused_inode_number_is_silent(self):
        self.minipkg.install(self.packages[0])
        inode = self.library_path.stat().st_ino
        self.minipkg.install(self.packages[1])
        self.assertEqual(self.state("SELECT ino FROM retired"), [(inode,)])
        self.minipkg.run("history", "prune", "--keep", "0")
        again = self.file_with_number(inode)
        process = self.start(self.compile("mapper.c", "mapper"), again)
        self.assertEqual(process.heard(), "mapped")
        self.assertEqual(len(process.mappings_of(inode)), 1)
        rows = self.state("SELECT * FROM retired")
        report = self.minipkg.needs_restart("--files")
        self.assertEqual((report["processes"], report["retired"], report["alive"]), ([], 1, 0))
        # On a file system without handles the processes are asked, and the birth time tells.
        self.assertEqual(self.state("SELECT * FROM retired"), [])
        self.state(f"INSERT INTO retired VALUES ({', '.join('?' * len(rows[0]))})", *rows[0])
        self.state("UPDATE retired SET handle = x'', handle_type = 0")
        report = self.minipkg.needs_restart("--files")
        self.assertEqual((report["processes"], report["alive"]), ([], 1))
        self.assertGreater(report["scanned"], 0)

    def test_what_is_settled_is_not_asked_again(self):
        self.minipkg.install(self.packages[0])
        self.minipkg.install(self.packages[1])
        self.assertEqual([self.minipkg.needs_restart()["retired"] for _ in range(2)], [1, 0])
        self.minipkg.run("undo")
        self.assertEqual(self.minipkg.needs_restart()["retired"], 1)  # the second version

    def test_a_bind_mount_of_the_old_file_may_be_run_later(self):
        caller = self.program_with_library("caller.c")
        self.minipkg.install(self.packages[0], self.pack("caller", "1.0-1", {"/usr/bin/caller": caller}))
        pinned = self.scratch / "libtest.so"
        pinned.touch()
        holder = self.start("unshare", "--mount", "sh", "-c",
                            f"mount --bind {self.library_path} {pinned} && echo ready && read go && "
                            f"LD_PRELOAD={pinned} exec {self.root}/usr/bin/caller")
        self.assertEqual(holder.heard(), "ready")
        self.minipkg.install(self.packages[1])
        self.assertNothingStale()
        self.assertEqual(holder.ask("go\n1"), "1")
        self.assertStale(self.minipkg.needs_restart(), (holder, "libtest", "1.0-1", "2.0-1", "code"))

    def file_with_number(self, inode):
        for number in range(5000):
            path = self.library_path.with_name(f"again{number}")
            path.write_bytes(b"x" * 8192)
            if path.stat().st_ino == inode:
                return path
        self.skipTest("this file system does not use inode numbers again")

    def test_unchanged_file_is_not_replaced(self):
        process = self.start_caller()
        self.minipkg.install(self.pack("libtest", "1.1-1", {"/usr/lib/libtest.so": self.library(1)}))
        self.assertNothingStale("--files")
        self.assertTrue(process.runs())

    def test_two_upgrades_with_a_process_on_each_version(self):
        first = self.start_caller()
        self.minipkg.install(self.packages[1])
        second = self.start(self.root / "usr/bin/caller")
        self.assertEqual(second.ask(1), "2")
        self.minipkg.install(self.pack("libtest", "3.0-1", {"/usr/lib/libtest.so": self.library(3)}))
        self.assertStale(self.minipkg.needs_restart(), (first, "libtest", "1.0-1", "3.0-1", "code"),
                         (second, "libtest", "2.0-1", "3.0-1", "code"))

    def test_filters(self):
        process = self.start_caller()
        other = self.start(self.root / "usr/bin/caller")
        self.assertEqual(other.ask(1), "1")
        self.minipkg.install(self.packages[1])
        old = ("libtest", "1.0-1", "2.0-1", "code")
        self.assertStale(self.minipkg.needs_restart("--pid", process.pid), (process, *old))
        self.assertStale(self.minipkg.needs_restart("--pkg", "libtest"), (process, *old), (other, *old))
        self.assertNothingStale("--pkg", "caller")

    def test_table_names_process_package_and_both_versions(self):
        process = self.start_caller()
        self.minipkg.install(self.packages[1])
        told = self.minipkg.run("needs-restart", status=1).stdout
        line = next(line for line in told.splitlines() if line.split()[:1] == [str(process.pid)])
        for word in ("root", "caller", "libtest", "1.0-1", "2.0-1"):
            self.assertIn(word, line)

    def test_hostile_process_name_never_reaches_the_terminal(self):
        caller = self.program_with_library("caller.c")
        name = "/usr/bin/\x1b[31mred\n"
        self.minipkg.install(self.packages[0])
        hostile = self.root / name.lstrip("/")
        hostile.parent.mkdir(exist_ok=True)
        shutil.copy(caller, hostile)
        process = self.start(hostile)
        self.assertEqual(process.ask(1), "1")
        self.minipkg.install(self.packages[1])
        told = self.minipkg.run("needs-restart", status=1).stdout
        self.assertNotIn("\x1b", told)
        self.assertIn("\\x1b[31mred\\n", told)
        report = json.loads(self.minipkg.run("needs-restart", "--json", status=1).stdout)
        self.assertEqual(report["processes"][0]["command"], "\x1b[31mred\n")
        self.assertEqual(report["processes"][0]["pid"], process.pid)
