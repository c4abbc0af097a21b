# SPDX-License-Identifier: MIT
"""The process that reads archives: what a reader that was taken over can do. MINIPKG_BROKEN/captive is a minipkg whose
reader tries everything (tests/support/captive.hpp) and reports."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from support import minipkg

WITHOUT = os.environ.get("MINIPKG_WITHOUT", "")


class Sandbox(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="minipkg-sandbox-")))
        os.chmod(self.directory, 0o777)
        (self.directory / "victim").write_text("untouched")
        os.chmod(self.directory / "victim", 0o666)
        self.package = minipkg.pack(self.directory, "x", "1", {"/usr/share/x": b"x"})

    def run_captive(self, *before, user=None):
        """What each attempt came to, and all that was said."""
        program = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "captive")
        if not os.access(program, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no captive")
        done = subprocess.run([*before, program, "inspect", "-v", self.package], cwd=self.directory, text=True,
                              capture_output=True, timeout=60, user=user, extra_groups=[] if user else None)
        self.assertEqual(done.returncode, 6, done.stderr)
        words = [word.split("=", 1) for line in done.stderr.splitlines() for word in line.split() if "=" in word]
        return dict(words), done.stderr

    def assert_held(self, attempts):
        self.assertGreater(len(attempts), 40)
        # The input and the pipe, and stderr where a sanitizer may have something to say.
        self.assertIn(int(attempts.pop("descriptors")), (2, 3))
        self.assertEqual({name for name, result in attempts.items() if result != "stopped"}, set())
        self.assertEqual((self.directory / "victim").read_text(), "untouched")

    def test_nothing_succeeds(self):
        attempts, _ = self.run_captive()
        self.assert_held(attempts)

    def test_nor_for_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become somebody else")
        attempts, _ = self.run_captive(user=65534)
        self.assert_held(attempts)

    def test_each_layer_holds_alone(self):
        """What one layer does not hold, where the kernel lacks the other: also the proof that this test can fail."""
        if not WITHOUT:
            self.skipTest("MINIPKG_WITHOUT names no program")
        attempts, told = self.run_captive(WITHOUT, "landlock_create_ruleset", "--")
        self.assert_held(attempts)
        self.assertEqual(told.count("this kernel lacks Landlock: "), 1)

        attempts, told = self.run_captive(WITHOUT, "seccomp", "--")
        self.assertEqual(told.count("this kernel lacks seccomp: "), 1)
        for by_landlock in ("open", "create", "unlink", "rename", "link", "execve", "truncate", "mount"):
            self.assertEqual(attempts[by_landlock], "stopped", by_landlock)
        self.assertEqual(attempts["chmod"], "stopped")  # nobody is not its owner
        self.assertEqual(attempts["network"], "DONE")

        attempts, told = self.run_captive(WITHOUT, "seccomp", "landlock_create_ruleset", "--")
        self.assertEqual(told.count("this kernel lacks Landlock and seccomp: "), 1)
        self.assertEqual(attempts["open"], "DONE")
        self.assertEqual(attempts["become_root"], "stopped")


class ReaderLife(unittest.TestCase):
    """It does not outlive minipkg, and its death is told."""

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="minipkg-sandbox-")))
        big = os.urandom(1 << 20) * 64
        self.package = minipkg.pack(self.directory, "x", "1", {"/usr/share/x": big})

    def start(self):
        """minipkg, held while it reads, and its reader."""
        running = subprocess.Popen([minipkg.program(), "inspect", self.package], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(running.kill)
        children = pathlib.Path(f"/proc/{running.pid}/task/{running.pid}/children")
        while running.poll() is None:
            found = children.read_text().split()
            if found:
                running.send_signal(signal.SIGSTOP)
                if children.read_text().split() == found:
                    return running, int(found[0])
                running.send_signal(signal.SIGCONT)
        self.skipTest("it was too quick to be caught")
        return None

    def test_the_reader_is_killed(self):
        running, reader = self.start()
        os.kill(reader, signal.SIGKILL)
        running.send_signal(signal.SIGCONT)
        _, told = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 6)
        self.assertIn("the process that reads it was ended by signal 9", told)

    def test_minipkg_is_killed(self):
        running, reader = self.start()
        running.kill()
        running.communicate(timeout=60)
        for _ in range(600):
            if not os.path.exists(f"/proc/{reader}"):
                return
            time.sleep(0.1)
        self.fail("the reader outlived minipkg")
