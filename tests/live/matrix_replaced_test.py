# SPDX-License-Identifier: MIT
"""The matrix, first part: how a file was replaced, and how a process holds it."""
import os
import shutil
import subprocess
import tarfile

from support.matrix import LIBRARY, MatrixTest, content
from support.minipkg import SymbolicLink


class Replaced(MatrixTest):
    def program_package(self, version):
        data = self.actor("-static").read_bytes() + str(version).encode()  # behind all that is loaded
        return self.pack("prog", f"{version}.0-1", {"/usr/bin/prog": data})

    def test_row_replaced_by_rename(self):
        """executable and library replaced by rename"""
        self.minipkg.install(self.library_package(1), self.program_package(1))
        prog = self.act(program=self.installed("/usr/bin/prog"))
        user = self.uses_library()
        both = self.uses_library(program=self.installed("/usr/bin/prog"))
        self.minipkg.install(self.library_package(2), self.program_package(2))
        self.stale(prog, "executable", "prog")
        self.stale(user)
        self.stale(both, "executable", "prog")
        self.stale(both)
        self.unaffected(self.uses_library(program=self.installed("/usr/bin/prog")))
        self.check()

    def test_row_removed_and_recreated(self):
        """executable and library removed and recreated"""
        packages = [self.library_package(1), self.program_package(1)]
        self.minipkg.install(*packages)
        prog = self.act(program=self.installed("/usr/bin/prog"))
        user = self.uses_library()
        self.minipkg.run("remove", "libtest", "prog")
        self.minipkg.install(*packages)
        self.stale(prog, "executable", "prog", new="1.0-1")
        self.stale(user, new="1.0-1")
        for one in self.check().values():
            self.assertEqual([file["kind"] for file in one["files"]], ["removed"])

    def test_row_renamed_aside(self):
        """old file renamed aside: no "(deleted)" anywhere"""
        self.put(1)
        user = self.uses_library()
        aside = self.installed().with_name("libtest.so.old")
        self.installed().rename(aside)
        os.link(aside, self.installed())
        self.put(2)
        self.assertNotIn("(deleted)", user.proc("maps").read_text())
        self.stale(user)
        self.check()

    def test_row_kept_by_hard_link(self):
        """old inode kept by a hard link"""
        self.put(1)
        kept = self.scratch / "kept"
        os.link(self.installed(), kept)
        self.stale(self.uses_library())
        self.stale(self.act("code", kept))
        self.put(2)
        self.check()

    def test_row_plugin(self):
        """dlopened plugin"""
        self.minipkg.install(self.pack("libtest", "1.0-1", {LIBRARY: self.library(1)}))
        self.stale(self.act("load", self.installed()))
        self.minipkg.install(self.pack("libtest", "2.0-1", {LIBRARY: self.library(2)}))
        self.check()

    def test_row_descriptor_closed(self):
        """library mapped, its descriptor closed"""
        self.put(1)
        user = self.uses_library()
        held = [os.readlink(link) for link in user.proc("fd").iterdir()]
        self.assertFalse([link for link in held if link.startswith(str(self.root))])
        self.stale(user)
        self.put(2)
        self.check("--files")

    def test_row_data_mapping(self):
        """data file mapped for reading (told, no restart)"""
        self.put(1)
        self.stale(self.act("data", self.installed()), "data")
        self.put(2)
        self.check()

    def test_row_open_data_file(self):
        """data file held open (only with --files)"""
        self.put(1)
        holder = self.act("open", self.installed())
        self.witness()
        self.put(2)
        self.assertEqual([one["pid"] for one in self.minipkg.needs_restart()["processes"]], [self.truths[0].pid])
        self.stale(holder, "descriptor")
        self.check("--files")

    def test_row_identical_bytes(self):
        """byte-identical replacement"""
        other = "/usr/lib/other.so"
        self.put(1)
        self.minipkg.install(self.pack("other", "1.0-1", {other: content("o")}))
        self.unaffected(self.act("code", self.installed(other)))
        self.witness()
        self.minipkg.install(self.library_package(2), self.pack("other", "2.0-1", {other: content("o")}))
        self.check("--files")

    def test_row_metadata(self):
        """only mode, owner and times changed"""
        other = "/usr/lib/other.so"
        self.put(1)
        self.minipkg.install(self.pack("other", "1.0-1", {other: content("o")}))
        self.unaffected(self.act("code", self.installed(other)))
        self.witness()
        changed = self.scratch / "other-2.0-1.noarch.pkg.tar"
        with tarfile.open(self.pack("other", "1.5-1", {other: content("o")})) as old, \
                tarfile.open(changed, "w", format=tarfile.PAX_FORMAT) as new:
            for member in old:
                if member.isfile():
                    member.mode, member.uid, member.mtime = 0o700, 7, 1234567890
                new.addfile(member, old.extractfile(member) if member.isfile() else None)
        self.minipkg.install(self.library_package(2), changed)
        about = self.installed(other).stat()
        self.assertEqual((about.st_mode & 0o777, about.st_uid, int(about.st_mtime)), (0o700, 7, 1234567890))
        self.check("--files")

    def test_row_restarted(self):
        """restarted after the upgrade"""
        self.put(1)
        self.witness()
        before = self.uses_library()
        self.put(2)
        before.end()
        self.unaffected(self.uses_library("data", self.installed(), "open", self.installed()))
        self.check("--files")

    def test_row_three_versions(self):
        """two upgrades, a process on each of three versions"""
        for version in (1, 2, 3):
            self.put(version)
            user = self.uses_library()
            if version < 3:
                self.stale(user, old=f"{version}.0-1", new="3.0-1")
            else:
                self.unaffected(user)
        self.check()

    def test_row_two_versions_in_one_process(self):
        """one process that loaded both versions"""
        self.put(1)
        gate = self.scratch / "gate"
        os.mkfifo(gate)
        loader = self.start(self.actor(), "code", self.installed(), "open", gate, "code", self.installed())
        self.wait_until(lambda: loader.mappings_of(self.installed().stat().st_ino))
        self.put(2)
        with open(gate, "wb"):
            self.assertEqual(loader.heard(), "ready")
        self.put(3)
        self.stale(loader, old="1.0-1", new="3.0-1")
        self.stale(loader, old="2.0-1", new="3.0-1")
        self.check()

    def test_row_undone(self):
        """upgrade, then undo"""
        self.put(1)
        self.unaffected(self.uses_library())
        self.put(2)
        between = self.uses_library()
        self.minipkg.run("undo")
        self.stale(between, old="2.0-1", new="1.0-1").is_witness = True
        self.check()

    def test_row_downgrade(self):
        """downgrade"""
        self.put(2)
        self.stale(self.uses_library(), old="2.0-1", new="1.0-1")
        self.minipkg.run("install", "--allow-downgrade", self.library_package(1))
        self.unaffected(self.uses_library())
        self.check()

    def test_row_package_removed(self):
        """package removed"""
        self.minipkg.install(self.library_package(1), self.program_package(1))
        self.stale(self.act(program=self.installed("/usr/bin/prog")), "executable", "prog", new=None)
        self.stale(self.uses_library(), new=None)
        self.minipkg.run("remove", "prog", "libtest")
        for one in self.check().values():
            self.assertEqual([file["kind"] for file in one["files"]], ["removed"])

    def test_row_file_dropped(self):
        """upgrade to a version without the file"""
        self.put(1)
        self.stale(self.uses_library())
        self.minipkg.install(self.pack("libtest", "2.0-1", {"/usr/lib/another.so": content(2)}))
        self.check()

    def test_row_directory_becomes_link(self):
        """directory of the library exchanged for a link"""
        # An exchange instead of a rename: the maps name the file where it is kept for undo.
        path = "/usr/lib/test/libtest.so"
        self.minipkg.install(self.pack("libtest", "1.0-1", {path: content(1)}))
        self.stale(self.act("code", self.installed(path)))
        self.minipkg.install(self.pack("libtest", "2.0-1", {"/usr/lib/test": SymbolicLink("test-2"),
                                                            "/usr/lib/test-2/libtest.so": content(2)}))
        self.check()

    def test_row_inode_number_reused(self):
        """inode number used again by another file"""
        self.put(1)
        other = "/usr/lib/other.so"
        self.minipkg.install(self.pack("other", "1.0-1", {other: content("o")}))
        number = self.installed(other).stat().st_ino
        self.witness()
        self.put(2)
        self.minipkg.install(self.pack("other", "2.0-1", {other: content("p")}))
        self.minipkg.run("history", "prune", "--keep", "0")
        self.unaffected(self.uses_again(number))
        self.check("--files")

    def uses_again(self, number):
        """A process that maps a new file, since deleted, whose number is the given one: at the very path if it can."""
        for attempt in range(5000):
            again = self.installed(f"/usr/lib/again{attempt}")
            again.write_bytes(content("a"))
            if again.stat().st_ino == number:
                user = self.act("code", again)
                again.unlink()
                return user
        self.skipTest("this file system does not use inode numbers again")

    def test_row_leader_exited(self):
        """process whose main thread has exited"""
        self.minipkg.install(self.library_package(1), self.program_package(1))
        gone = self.uses_library("leave", "")
        prog = self.act("leave", "", program=self.installed("/usr/bin/prog"))
        self.stale(gone)
        self.stale(prog, "executable", "prog")
        self.minipkg.install(self.library_package(2), self.program_package(2))
        fresh = self.uses_library("leave", "")
        self.unaffected(fresh)
        # The other thread may be ready before the main one has gone.
        for process in (gone, prog, fresh):
            self.wait_until(lambda: process.proc("maps").read_bytes() == b"")
        self.check()

    def test_row_thread_with_own_root(self):
        """threads with a root of their own"""
        self.put(1)
        apart = self.scratch / "apart"
        apart.mkdir()
        shutil.copytree(self.root / "usr", apart / "usr")
        self.stale(self.uses_library("thread", apart))
        self.unaffected(self.act("code", str(apart) + LIBRARY, "thread", self.root))
        self.put(2)
        self.check()

    def test_row_32_bit(self):
        """32-bit process"""
        try:
            program = self.compile("mapper32.c", "mapper32", "-m32", "-nostdlib", "-static", "-ffreestanding",
                                   "-fno-stack-protector", "-fno-pie", "-no-pie")
            can_run = subprocess.run([program, "/proc/self/exe"], stdin=subprocess.DEVNULL, capture_output=True,
                                     check=False).stdout
        except (subprocess.CalledProcessError, OSError) as error:
            self.skipTest(f"needs a compiler and a kernel that know 32-bit programs: {error}")
        self.assertEqual(can_run, b"ready\n")
        self.put(1)
        self.stale(self.act(self.installed(), program=program))
        self.put(2)
        self.unaffected(self.act(self.installed(), program=program))
        self.check()
