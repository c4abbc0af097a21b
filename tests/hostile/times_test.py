# SPDX-License-Identifier: MIT
"""Times that the file system at hand does not hold are refused before anything is visible."""
import pathlib
import tempfile
import unittest

from hostile.tarball import file, tar
from support.minipkg import Minipkg
from support.mounts import Mounts

AFTER_2038 = 2**31
REFUSED = 3


class Times(unittest.TestCase):
    def install(self, kind, seconds, status, **how):
        """On a fresh file system; the root's names afterwards."""
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        root = Mounts(self).fresh(kind, directory / "root", **how)
        package = directory / "late-1-1.noarch.pkg.tar"
        package.write_bytes(tar(file("usr/early", b"x"), file("usr/late", b"x", mtime=seconds)))
        done = Minipkg(self, root).run("install", package, status=status)
        return done.stderr, {path.name for path in root.iterdir()} - {"lost+found", "var"}

    def test_inodes_of_128_bytes_end_in_2038(self):
        told, names = self.install("ext4", AFTER_2038, REFUSED, mkfs=["-I", "128"])
        self.assertIn("/usr/late': its time, 2147483648 seconds since 1970, is beyond what the file system", told)
        self.assertEqual(names, set())

    def test_the_last_second_is_held(self):
        _, names = self.install("ext4", AFTER_2038 - 1, 0, mkfs=["-I", "128"])
        self.assertEqual(names, {"usr"})

    def test_inodes_of_256_bytes_hold_it(self):
        _, names = self.install("ext4", AFTER_2038, 0, mkfs=["-I", "256"])
        self.assertEqual(names, {"usr"})
