# SPDX-License-Identifier: MIT
"""What is handed over as a package, and is no file, no archive, or has no end: refused, and not waited for."""
import os
import pathlib
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

from hostile.tarball import file, tar
from support.minipkg import program

UNREADABLE, BAD_PACKAGE = 2, 6
LIMIT = 60  # seconds


class Operands(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.root = self.directory / "root"
        self.root.mkdir()

    def refuse(self, package, status, why, *options, stdin=subprocess.DEVNULL):
        for command in ("inspect", "install"):
            with self.subTest(command):
                done = subprocess.run([program(), "--root", self.root, command, *options, package], stdin=stdin,
                                      capture_output=True, encoding="utf-8", timeout=LIMIT, check=False)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(f"'{package}': {why}", done.stderr)
                self.assertEqual(list(self.root.iterdir()), [])

    def pour(self, start, forever):
        """A pipe that never ends, and a list that will hold the number of bytes that went into it."""
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        written = [0]

        def write():
            with open(theirs, "wb", buffering=0) as out:
                try:
                    written[0] += out.write(start)
                    while True:
                        written[0] += out.write(forever)
                except BrokenPipeError:
                    pass

        threading.Thread(target=write, daemon=True).start()
        return ours, written

    def test_fifo_that_nobody_writes_to(self):
        os.mkfifo(self.directory / "fifo")
        self.refuse(self.directory / "fifo", BAD_PACKAGE, "the file is empty")

    def test_directory(self):
        self.refuse(self.directory, UNREADABLE, "Is a directory")

    def test_socket(self):
        listener = self.enterContext(socket.socket(socket.AF_UNIX))
        listener.bind(str(self.directory / "socket"))
        self.refuse(self.directory / "socket", UNREADABLE, "not a file or a pipe")

    def test_devices(self):
        for device in ("/dev/null", "/dev/zero"):
            self.assertTrue(stat.S_ISCHR(os.stat(device).st_mode))
            self.refuse(device, UNREADABLE, "not a file or a pipe")
        os.symlink("/dev/zero", self.directory / "link")
        self.refuse(self.directory / "link", UNREADABLE, "not a file or a pipe")

    def test_files_of_the_kernel(self):
        self.refuse("/proc/self/maps", BAD_PACKAGE, "it is in no format that is known here")

    def test_a_terabyte_of_holes(self):
        package = self.directory / "holes-1.tar"
        package.touch()
        os.truncate(package, 1 << 40)
        self.refuse(package, BAD_PACKAGE, "the archive goes on behind its end mark, with zeros", "--limit", "ratio=1")

    def test_an_archive_and_a_terabyte_of_holes(self):
        package = self.directory / "holes-1.tar"
        package.write_bytes(tar(file("f", b"x")))
        os.truncate(package, 1 << 40)
        self.refuse(package, BAD_PACKAGE, "the archive goes on behind its end mark, with zeros", "--limit", "ratio=1")

    def test_pipe_of_no_archive_that_never_ends(self):
        pipe, written = self.pour(b"", b"y\n" * 2048)
        self.refuse("-", BAD_PACKAGE, "it is in no format that is known here", stdin=pipe)
        self.assertLess(written[0], 1 << 20)

    def test_pipe_of_an_archive_that_never_ends(self):
        pipe, _ = self.pour(tar(file("f", b"x")), bytes(1 << 16))
        self.refuse("-", BAD_PACKAGE, "more than 67108866 bytes come", "--limit", "unpacked=1", stdin=pipe)
