# SPDX-License-Identifier: MIT
"""What a package loses on a FAT file system at /boot, and what is refused there."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from faults import ground, pair, snapshot
from support.minipkg import program


class BootOnFat(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="minipkg-fat-", dir="/var/tmp")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.ground = ground.Boot(self, self.directory)
        self.ground.clear()
        self.root = self.ground.base

    def run_on_root(self, *arguments):
        return subprocess.run([program(), "--root", str(self.root), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=120)

    def install(self, paths, *arguments, name="app"):
        package = pair.write_package(self.directory, name, 1, paths)
        return self.run_on_root("install", package, *arguments)

    def test_one_warning_for_each_class(self):
        done = self.install({"boot/kernel": pair.file(b"1", 0o644, uid=1234, xattrs={"user.note": b"x"}),
                             "boot/initrd": pair.file(b"2", 0o600, uid=1234)})
        warnings = [line for line in done.stderr.splitlines() if "warning" in line]
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(warnings, [
            f"minipkg: warning: the file system at '/boot' cannot hold the {what} that app asks for"
            for what in ("modes", "owners", "xattrs")])
        self.assertEqual((self.root / "boot/kernel").read_bytes(), b"1")

    def test_strict(self):
        done = self.install({"boot/kernel": pair.file(b"1", 0o600)}, "--strict")
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertEqual((self.root / "boot/kernel").read_bytes(), b"1")
        held = self.install({"boot/program": pair.file(b"1", 0o755)}, "--strict", name="other")
        self.assertEqual(held.returncode, 0, held.stderr)

    def test_what_cannot_be_there_is_not_missed(self):
        paths = {"boot": pair.directory(0o700), "boot/kernel": pair.file(b"1", 0o600, uid=7)}
        self.install(paths)
        self.ground.mount(self.root)  # every inode has another number now
        self.assertEqual(self.run_on_root("verify").stdout, "")
        again = self.install(paths, "--reinstall", "-n")
        self.assertIn("1 package, 2 files kept", again.stdout)
        (self.root / "boot/kernel").write_bytes(b"2")
        self.assertEqual(self.run_on_root("verify").stdout, "..5....T.    /boot/kernel\n")

    def test_links_are_refused(self):
        done = self.install({"boot/kernel": pair.file(b"1", 0o755), "boot/link": pair.symlink("kernel"),
                             "boot/second": pair.hardlink("boot/kernel"), "usr/x": pair.file(b"")})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("the file system at '/boot/link' has no symlinks", done.stderr)
        self.assertIn("the file system at '/boot/second' has no hard links", done.stderr)
        self.assertEqual(os.listdir(self.root / "boot"), [])
        self.assertFalse((self.root / "usr").exists())

    def test_an_edited_file_is_kept_aside(self):
        old, new = pair.boot(self.directory)
        self.assertEqual(self.run_on_root("install", old).returncode, 0)
        config = pathlib.Path(self.root / "boot/loader/loader.conf")
        config.write_text("my own\n", encoding="ascii")
        self.assertEqual(self.run_on_root("install", new).returncode, 0)
        self.assertEqual(config.with_name("loader.conf.minipkg-save").read_text(encoding="ascii"), "my own\n")

    def test_undo(self):
        """What is kept on FAT is a copy, and every number is another one when it is mounted anew."""
        old, new = pair.boot(self.directory)
        self.assertEqual(self.run_on_root("install", "--live", old).returncode, 0)
        before = snapshot.snapshot(self.root / "boot")
        self.assertEqual(self.run_on_root("install", new).returncode, 0)
        self.ground.mount(self.root)
        undone = self.run_on_root("undo")
        self.assertEqual(undone.returncode, 0, undone.stderr)
        after = snapshot.snapshot(self.root / "boot")
        files = {path: seen for path, seen in before.items() if "content" in seen}
        self.assertEqual({path: seen for path, seen in after.items() if "content" in seen}, files)
        self.assertEqual(self.run_on_root("verify").stdout, "")
