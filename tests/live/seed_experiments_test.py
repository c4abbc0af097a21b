# SPDX-License-Identifier: MIT
"""The experiments this project comes from: what Linux does when files in use are replaced, and what minipkg makes of
it. Each test first does to a file what the experiment says, then has minipkg do the same."""
import errno
import os
import shutil
import signal
import subprocess

from support.live import LiveTest
from support.minipkg import SOURCE, HardLink, sha256
from support.trace import live_files_opened_for_writing


class ExecutableInUse(LiveTest):
    """prog runs while it is replaced, moved or removed."""

    def setUp(self):
        super().setUp()
        self.need_root()
        self.prog = self.root / "usr/bin/prog"
        self.old, self.new = self.build("old"), self.build("new")
        self.packages = [self.pack("prog", f"{n}.0-1", {"/usr/bin/prog": build})
                         for n, build in ((1, self.old), (2, self.new))]

    def build(self, version):
        return self.compile("prog.c", version, f'-DVERSION="{version}"', "-static")

    def experiment(self):
        """A copy of the old program outside the root, and a process that runs it."""
        copy = self.scratch / "prog"
        shutil.copy(self.old, copy)
        process = self.start(copy)
        self.assertEqual(process.heard(), "old")
        return copy, process

    def run_installed(self):
        self.minipkg.install(self.packages[0])
        process = self.start(self.prog)
        self.assertEqual(process.heard(), "old")
        return process

    def test_cp_over_running_exe(self):
        copy, _ = self.experiment()
        cp = subprocess.run(["cp", self.new, copy], capture_output=True, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual((cp.returncode, b"Text file busy" in cp.stderr), (1, True), cp.stderr)

        process = self.run_installed()
        self.minipkg.install(self.packages[1])
        self.assertTrue(process.runs())
        self.assertEqual(sha256(process.proc("exe")), sha256(self.old))
        self.assertEqual(sha256(self.prog), sha256(self.new))
        self.assertStale(self.minipkg.needs_restart(), (process, "prog", "1.0-1", "2.0-1", "executable"))

    def test_rm_then_cp_exe(self):
        copy, process = self.experiment()
        inode = copy.stat().st_ino
        copy.unlink()
        shutil.copy(self.new, copy)
        self.assertTrue(process.runs())
        self.assertNotEqual(copy.stat().st_ino, inode)

        # The same by minipkg, but prog is never absent.
        self.minipkg.install(self.packages[0])
        loop = self.start(self.compile("execloop.c", "execloop"), self.prog, 10000)
        upgrades = 0
        while loop.runs():
            upgrades += 1
            self.minipkg.run("--sync", "none", "install", "--allow-downgrade", self.packages[upgrades % 2])
        self.assertEqual(loop.heard(), "0 failed: Success")
        self.assertGreater(upgrades, 2)

    def test_mv_then_cp_exe(self):
        copy, process = self.experiment()
        aside = copy.with_name("prog.old")
        copy.rename(aside)
        shutil.copy(self.new, copy)
        self.assertEqual(os.readlink(process.proc("exe")), str(aside))

        process = self.run_installed()
        aside = self.prog.with_name("prog.old")
        self.prog.rename(aside)
        os.link(aside, self.prog)
        self.minipkg.install(self.packages[1])
        self.assertEqual(os.readlink(process.proc("exe")), str(aside), "no name tells that it is stale")
        self.assertStale(self.minipkg.needs_restart(), (process, "prog", "1.0-1", "2.0-1", "executable"))

    def test_mv_then_cp_exe_by_hand(self):
        """The file that runs is not the one that minipkg replaces, whatever is put in its place by hand."""
        for put_there in (self.new, self.old, None):
            with self.subTest(put_there=put_there):
                process = self.run_installed()
                self.prog.rename(self.prog.with_name("prog.old"))
                if put_there:
                    shutil.copy(put_there, self.prog)
                self.minipkg.install(self.packages[1])
                self.assertStale(self.minipkg.needs_restart(), (process, "prog", "1.0-1", "2.0-1", "executable"))
                process.end()
                self.minipkg.run("remove", "prog")

    def test_exe_deleted_md5(self):
        copy, process = self.experiment()
        before = sha256(copy)
        copy.unlink()
        self.assertEqual(sha256(process.proc("exe")), before)

        process = self.run_installed()
        self.minipkg.run("remove", "prog")
        self.assertFalse(self.prog.exists())
        self.assertEqual(sha256(process.proc("exe")), before)
        report = self.minipkg.needs_restart()
        self.assertStale(report, (process, "prog", "1.0-1", None, "executable"))
        self.assertEqual(report["processes"][0]["files"][0]["kind"], "removed")

    def test_write_into_exe(self):
        copy, _ = self.experiment()
        with self.assertRaises(OSError) as failure:
            os.open(copy, os.O_WRONLY)
        self.assertEqual(failure.exception.errno, errno.ETXTBSY)

        process = self.run_installed()
        self.assertEqual(live_files_opened_for_writing(self, self.minipkg, "install", self.packages[1]), [])
        self.assertTrue(process.runs())

    def test_link_count(self):
        copy, process = self.experiment()
        os.link(copy, self.scratch / "kept")
        copy.unlink()
        self.assertEqual(process.proc("exe").stat().st_nlink, 1, "a link count of 1, and yet not the one that runs")

        both = [self.pack("two", f"{n}.0-1", {"/usr/bin/a": build, "/usr/bin/b": HardLink("/usr/bin/a")})
                for n, build in ((1, self.old), (2, self.new))]
        self.minipkg.install(both[0])
        names = [self.root / "usr/bin" / name for name in "ab"]
        os.link(names[0], self.root / "kept")
        process = self.start(self.root / "kept")
        self.minipkg.install(both[1])
        self.minipkg.run("history", "prune", "--keep", "0")  # what is kept for undo has names too
        self.assertEqual(process.proc("exe").stat().st_nlink, 1)
        self.assertEqual(os.readlink(process.proc("exe")), f"{self.root}/kept")
        self.assertStale(self.minipkg.needs_restart(), (process, "two", "1.0-1", "2.0-1", "executable"))
        self.assertEqual(names[0].stat().st_ino, names[1].stat().st_ino)
        self.assertEqual((names[0].stat().st_nlink, sha256(names[0])), (2, sha256(self.new)))

    def test_restart_takes_effect(self):
        processes = [self.run_installed(), self.start(self.prog)]
        self.minipkg.install(self.packages[1])
        old = ("prog", "1.0-1", "2.0-1", "executable")
        self.assertStale(self.minipkg.needs_restart(), *((process, *old) for process in processes))
        processes[0].end()
        fresh = self.start(self.prog)
        self.assertEqual(fresh.heard(), "new")
        self.assertEqual(fresh.proc("exe").stat().st_ino, self.prog.stat().st_ino)
        self.assertStale(self.minipkg.needs_restart(), (processes[1], *old))
        processes[1].end()
        self.assertNothingStale()


class LibraryInUse(LiveTest):
    """A process has libtest.so mapped while it is replaced."""

    def setUp(self):
        super().setUp()
        self.need_root()
        self.old, self.new = self.library(1), self.library(2)
        self.installed = self.root / "usr/lib/libtest.so"
        self.packages = [self.pack("libtest", f"{n}.0-1", {"/usr/lib/libtest.so": build})
                         for n, build in ((1, self.old), (2, self.new))]

    def experiment(self):
        """The old library outside the root, and a process that called it."""
        caller = self.program_with_library("caller.c")
        copy = self.scratch / "lib/libtest.so"
        program = self.scratch / "bin/caller"
        for source, target in ((self.old, copy), (caller, program)):
            target.parent.mkdir()
            shutil.copy(source, target)
        process = self.start(program)
        self.assertEqual(process.ask(1), "1")
        return copy, process

    def install(self, source="caller.c"):
        program = self.program_with_library(source)
        self.minipkg.install(self.packages[0], self.pack("program", "1.0-1", {"/usr/bin/program": program}))
        return self.root / "usr/bin/program"

    def upgrade_under_a_caller(self):
        """What must hold however a person would have replaced the library."""
        program = self.install()
        process = self.start(program)
        self.assertEqual(process.ask(1), "1")
        self.minipkg.install(self.packages[1])
        self.assertEqual(process.ask(10000), "1")
        fresh = self.start(program)
        self.assertEqual(fresh.ask(10000), "2")
        self.assertStale(self.minipkg.needs_restart(), (process, "libtest", "1.0-1", "2.0-1", "code"))
        return process

    def test_cp_over_mapped_lib(self):
        copy, process = self.experiment()
        subprocess.run(["cp", self.new, copy], check=True)
        process.running.stdin.write("1\n")
        self.assertIn(process.killed_by(), (signal.SIGSEGV, signal.SIGBUS))

        self.upgrade_under_a_caller()

    def test_rm_then_cp_lib(self):
        copy, process = self.experiment()
        copy.unlink()
        shutil.copy(self.new, copy)
        self.assertEqual(process.ask(10000), "1")

        self.upgrade_under_a_caller()

    def test_mv_then_cp_lib(self):
        copy, process = self.experiment()
        copy.rename(copy.with_name("libtest.so.old"))
        shutil.copy(self.new, copy)
        self.assertEqual(process.ask(10000), "1")
        self.assertNotIn("(deleted)", process.proc("maps").read_text())

        process = self.start(self.install())
        self.assertEqual(process.ask(1), "1")
        aside = self.installed.with_name("libtest.so.old")
        self.installed.rename(aside)
        os.link(aside, self.installed)
        self.minipkg.install(self.packages[1])
        self.assertNotIn("(deleted)", process.proc("maps").read_text())
        self.assertEqual(process.ask(10000), "1")
        self.assertStale(self.minipkg.needs_restart(), (process, "libtest", "1.0-1", "2.0-1", "code"))

    def test_lib_loop_inside(self):
        process = self.start(self.install("sitter.c"))
        self.assertEqual(process.heard(), "inside")
        ranges = process.mappings_of(self.installed.stat().st_ino)
        self.assertGreaterEqual(len(ranges), 3)
        for name in ranges:
            self.assertTrue(process.proc(f"map_files/{name}").samefile(self.installed))

        self.minipkg.install(self.packages[1])
        self.assertStale(self.minipkg.needs_restart(), (process, "libtest", "1.0-1", "2.0-1", "code"))
        self.assertTrue(process.runs())

    def test_write_into_lib(self):
        copy, process = self.experiment()
        size = copy.stat().st_size
        with open(copy, "r+b") as file:
            file.write(b"\xf4" * size)  # HLT, which no program may execute
        process.running.stdin.write("1\n")
        self.assertIn(process.killed_by(), (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL))

        process = self.start(self.install())
        self.assertEqual(process.ask(1), "1")
        self.assertEqual(live_files_opened_for_writing(self, self.minipkg, "install", self.packages[1]), [])
        self.assertEqual(process.ask(10000), "1")


class DataFileInUse(LiveTest):
    """A process rereads data.txt through one descriptor."""

    def setUp(self):
        super().setUp()
        self.need_root()
        self.data = self.root / "usr/share/data.txt"
        self.packages = [self.pack("data", f"{n}.0-1", {"/usr/share/data.txt": content})
                         for n, content in ((1, b"old"), (2, b"new"))]
        self.holder = self.compile("holder.c", "holder")

    def hold(self, path):
        process = self.start(self.holder, path)
        process.fd = process.proc(f"fd/{process.heard()}")
        return process

    def hold_installed(self):
        self.minipkg.install(self.packages[0])
        process = self.hold(self.data)
        self.assertEqual(process.ask("read"), "old")
        return process

    def experiment(self):
        """data.txt outside the root, held and then removed; a new one takes its name."""
        data = self.scratch / "data.txt"
        data.write_text("old")
        process = self.hold(data)
        inode = data.stat().st_ino
        data.unlink()
        data.write_text("new")
        self.assertEqual(os.readlink(process.fd), f"{data} (deleted)")
        self.assertEqual(process.ask("read"), "old")
        self.assertEqual(process.fd.stat().st_ino, inode)
        self.assertNotEqual(data.stat().st_ino, inode)
        return process

    def test_open_data_file(self):
        self.experiment()

        process = self.hold_installed()
        inode = self.data.stat().st_ino
        self.minipkg.install(self.packages[1])
        self.assertEqual(process.ask("read"), "old")
        self.assertNothingStale()
        report = self.minipkg.needs_restart("--files")
        self.assertStale(report, (process, "data", "1.0-1", "2.0-1", "descriptor"))
        self.assertFalse(report["processes"][0]["needs_restart"])
        held = process.fd.stat()
        file = report["processes"][0]["files"][0]
        self.assertEqual((file["ino"], file["dev"]), (held.st_ino, held.st_dev))
        self.assertEqual(file["ino"], inode)
        self.assertEqual(os.readlink(process.fd), f"{self.data} (deleted)")

    def test_recreate_after_delete(self):
        self.experiment()

        process = self.hold_installed()
        self.minipkg.run("remove", "data")
        self.assertFalse(self.data.exists())
        self.minipkg.install(self.packages[0])
        self.data.write_text("edited")  # the new file is another one, though its name is the same
        fresh = self.hold(self.data)
        self.assertEqual((process.ask("read"), fresh.ask("read")), ("old", "edited"))
        report = self.minipkg.needs_restart("--files")
        self.assertStale(report, (process, "data", "1.0-1", "1.0-1", "descriptor"))
        self.assertEqual(report["processes"][0]["files"][0]["kind"], "removed")

    def test_recover_content(self):
        process = self.experiment()
        saved = self.scratch / "saved"
        subprocess.run(["cp", process.fd, saved], check=True)
        self.assertEqual(saved.read_text(), "old")

        # The manual shows how, and it works on what the report names.
        manual = (SOURCE / "packaging/man/minipkg-needs-restart.8.scd").read_text()
        self.assertRegex(manual, r"\n    cp /proc/\d+/fd/\d+ saved\n")
        process = self.hold_installed()
        self.minipkg.install(self.packages[1])
        file = self.minipkg.needs_restart("--files")["processes"][0]["files"][0]
        self.assertEqual(file["path"], "/usr/share/data.txt")
        subprocess.run(["cp", process.fd, saved], check=True)
        self.assertEqual(saved.read_text(), "old")
