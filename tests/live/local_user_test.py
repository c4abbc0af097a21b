# SPDX-License-Identifier: MIT
"""What somebody can do to root's minipkg from his own directory, from a part of the path to the root, or by the kernel
that it runs on."""
import os
import shutil
import stat
import struct
import subprocess
import unittest

from live.privileges_test import NOBODY, Privileges
from support.minipkg import pack, program


class HisDirectory(Privileges):
    """What somebody does in a directory of his, with no race at all."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root: acts for another user")
        self.his = self.root / "opt/his"
        self.his.mkdir(parents=True)
        os.chown(self.his, NOBODY, NOBODY)
        self.victim = self.directory / "victim"
        self.victim.write_bytes(b"another program")
        self.victim.chmod(0o4755)
        self.packages = [pack(self.directory, "one", str(n), {"/opt/his/one": b"%d" % n, "/opt/his/same": b"the same"})
                         for n in (1, 2)]

    def put_links(self):
        for name in ("one", "same"):
            (self.his / name).unlink(missing_ok=True)
            os.link(self.victim, self.his / name)

    def judge(self, *words):
        done = self.run_minipkg("--root", self.root, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(stat.S_IMODE(os.lstat(self.victim).st_mode), 0o4755, words)
        self.assertEqual(self.victim.read_bytes(), b"another program")

    def test_hard_links_to_a_setuid_program(self):
        for liveness in ("--live", "--offline"):
            with self.subTest(liveness):
                self.assertEqual(self.run_minipkg("--root", self.root, liveness, "install", self.packages[0]).returncode, 0)
                self.put_links()
                self.judge("install", self.packages[1])
                self.put_links()
                self.judge("remove", "one")
                self.put_links()
                self.judge("install", "--overwrite", "*", self.packages[0])
                self.judge("remove", "one")
                shutil.rmtree(self.root / "var")

    def test_area_that_is_none(self):
        """Another directory of root's at the name of the staging area keeps what it has."""
        home, entry = self.root / ".minipkg", struct.Struct("<HHI").pack
        default = struct.pack("<I", 2) + b"".join(entry(tag, 7, 0xffffffff) for tag in (0x01, 0x04, 0x20))
        home.mkdir()
        try:
            os.setxattr(home, "system.posix_acl_default", default)
        except OSError:
            self.skipTest("no ACLs here")
        before = os.lstat(home)
        done = self.run_minipkg("--root", self.root, "install", self.packages[0])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("it is not a directory of this user with mode 0700", done.stderr)
        self.assertEqual(os.getxattr(home, "system.posix_acl_default"), default)
        self.assertEqual((os.lstat(home).st_mode, os.lstat(home).st_ctime_ns), (before.st_mode, before.st_ctime_ns))

    def test_mount_in_what_was_his_directory(self):
        """He has it open when it goes, and moves another one into it, in which root has mounted something."""
        packages = [pack(self.directory, "one", "1", {"/opt/his/was/inside": b"one"}),
                    pack(self.directory, "one", "2", {"/opt/his/was": b"two"})]
        self.assertEqual(self.run_minipkg("--root", self.root, "--live", "install", packages[0]).returncode, 0)
        os.chown(self.his / "was", NOBODY, NOBODY)
        was = os.open(self.his / "was", os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, was)
        self.assertEqual(self.run_minipkg("--root", self.root, "install", packages[1]).returncode, 0)
        mounted = self.directory / "mounted"
        (self.his / "jail/etc").mkdir(parents=True)
        mounted.mkdir()
        (mounted / "file").write_bytes(b"of the machine")
        if subprocess.run(["mount", "--bind", mounted, self.his / "jail/etc"], check=False).returncode != 0:
            self.skipTest("cannot mount")
        self.addCleanup(subprocess.run, f"umount {self.root}/.minipkg/*/*/*/jail/etc", shell=True, check=True)
        os.rename(self.his / "jail", "jail", dst_dir_fd=was)
        done = self.run_minipkg("--root", self.root, "history", "prune", "--keep", "0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("something is mounted there", done.stderr)
        self.assertEqual((mounted / "file").read_bytes(), b"of the machine")
        # Nor does he stop anything else by that.
        third = pack(self.directory, "one", "3", {"/opt/his/was": b"three"})
        for words in (["list"], ["install", third], ["undo"], ["recover"]):
            self.assertEqual(self.run_minipkg("--root", self.root, *words).returncode, 0, words)


class PathToTheRoot(Privileges):
    def test_another_root_takes_its_place(self):
        """Whose policy is asked is what packages come into."""
        if not os.environ.get("MINIPKG_INTERPOSER"):
            self.skipTest("needs MINIPKG_INTERPOSER")
        other, calls = self.directory / "other", self.directory / "calls"
        for point in range(1, 400, 9):
            for path in (self.root, other):
                shutil.rmtree(path, ignore_errors=True)
            self.root.mkdir()
            (other / "etc/minipkg").mkdir(parents=True)
            (other / "etc/minipkg/policy").write_text("signature\n")
            environment = {**os.environ, "INTERPOSER_CALLS": "reading"}
            self.run_minipkg("exchange", str(point), self.root, other, calls, "--", program(), "--root", self.root,
                             "--sync", "none", "install", self.package, env=environment,
                             executable=os.environ["MINIPKG_INTERPOSER"])
            guarded = self.root if (self.root / "etc/minipkg").exists() else other
            self.assertFalse((guarded / "usr").exists(), point)


class Kernel(Privileges):
    def test_what_openat2_may_say(self):
        """It is not there; Docker's profile once said EPERM of every call that it did not know; EAGAIN without end, as
        when somebody never stops renaming."""
        if not os.environ.get("MINIPKG_WITHOUT"):
            self.skipTest("needs MINIPKG_WITHOUT")
        for call in ("openat2", "openat2:EPERM", "openat2:EAGAIN"):
            for words in (["install", self.package], ["verify"], ["remove", "one"]):
                done = self.run_minipkg(call, "--", program(), "--root", self.root, *words,
                                        executable=os.environ["MINIPKG_WITHOUT"])
                self.assertEqual(done.returncode, 0, (call, words, done.stderr))


if __name__ == "__main__":
    unittest.main()
