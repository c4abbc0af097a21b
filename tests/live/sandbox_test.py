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

    def run_captive(self, *before, user=None, package=None, stdin=None):
        """What each attempt came to."""
        program = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "captive")
        if not os.access(program, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no captive")
        done = subprocess.run([*before, program, "inspect", "-v", package or self.package], cwd=self.directory, text=True,
                              stdin=stdin, capture_output=True, timeout=60, user=user, extra_groups=[] if user else None)
        self.assertEqual(done.returncode, 6, done.stderr)
        words = [word.split("=", 1) for line in done.stderr.splitlines() for word in line.split() if "=" in word]
        return dict(words)

    def assert_held(self, attempts):
        self.assertGreater(len(attempts), 40)
        # The input and the socket, and stderr where a sanitizer may have something to say. The input cannot be written.
        open, writable = int(attempts.pop("descriptors")), int(attempts.pop("writable"))
        self.assertIn((open, writable), ((2, 1), (3, 2)))
        if open == 3:  # a sanitizer has its own ideas of memory
            attempts.pop("much_memory")
        self.assertEqual({name for name, result in attempts.items() if result != "stopped"}, set())
        self.assertEqual((self.directory / "victim").read_text(), "untouched")

    def test_nothing_succeeds(self):
        attempts = self.run_captive()
        self.assert_held(attempts)

    def test_nor_for_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to become somebody else")
        attempts = self.run_captive(user=65534)
        self.assert_held(attempts)

    def test_each_layer_holds_alone(self):
        """What one layer does not hold, where the kernel lacks the other: also the proof that this test can fail."""
        if not WITHOUT:
            self.skipTest("MINIPKG_WITHOUT names no program")
        self.assert_held(self.run_captive(WITHOUT, "landlock_create_ruleset", "--"))

        attempts = self.run_captive(WITHOUT, "seccomp", "--")
        for by_landlock in ("open", "create", "unlink", "rename", "link", "execve", "truncate", "mount"):
            self.assertEqual(attempts[by_landlock], "stopped", by_landlock)
        self.assertEqual(attempts["chmod"], "stopped")  # nobody is not its owner
        self.assertEqual(attempts["network"], "DONE")

        attempts = self.run_captive(WITHOUT, "seccomp", "landlock_create_ruleset", "--")
        self.assertEqual(attempts["open"], "DONE")
        self.assertEqual(attempts["kill"], "stopped")  # nobody may not

    def test_a_copied_input_cannot_be_written(self):
        with open(self.package, "rb") as package:
            self.assert_held(self.run_captive(package="-", stdin=package))

    def test_without_close_range(self):
        if not WITHOUT:
            self.skipTest("MINIPKG_WITHOUT names no program")
        self.assert_held(self.run_captive(WITHOUT, "close_range", "--"))

    def test_without_close_range_and_proc_nothing_is_read(self):
        if not WITHOUT or os.geteuid() != 0:
            self.skipTest("needs root, and MINIPKG_WITHOUT")
        plain = minipkg.plain_program()
        if plain is None:
            self.skipTest("sanitizers need /proc, and MINIPKG_PLAIN names no minipkg without")
        done = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /proc; exec \"$@\"", "sh", WITHOUT,
                               "close_range", "--", plain, "inspect", self.package], text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("the process that reads it ended too early", done.stderr)

    def test_who_cannot_become_nobody_loses_capabilities(self):
        if not WITHOUT or os.geteuid() != 0:
            self.skipTest("needs root, and MINIPKG_WITHOUT")
        attempts = self.run_captive(WITHOUT, "seccomp", "landlock_create_ruleset", "setresuid", "--")
        self.assertEqual(attempts["open"], "DONE")
        for by_capability in ("chroot", "mount"):
            self.assertEqual(attempts[by_capability], "stopped", by_capability)

    def test_what_the_kernel_lacks_is_said_once(self):
        if not WITHOUT:
            self.skipTest("MINIPKG_WITHOUT names no program")
        for calls, lacks in ((["landlock_create_ruleset"], "Landlock"), (["seccomp"], "seccomp"),
                             (["landlock_create_ruleset", "seccomp"], "Landlock and seccomp")):
            words = [WITHOUT, *calls, "--", minipkg.program(), "inspect", self.package]
            quiet = subprocess.run(words, text=True, capture_output=True, timeout=60)
            self.assertEqual((quiet.returncode, quiet.stderr), (0, ""))
            told = subprocess.run([*words, "-v"], text=True, capture_output=True, timeout=60)
            self.assertEqual((told.returncode, told.stdout), (0, quiet.stdout))
            self.assertEqual(told.stderr, f"minipkg: warning: this kernel lacks {lacks}: archives are read with less protection\n")


class ReaderLife(unittest.TestCase):
    """It does not outlive minipkg, and its death is told."""

    def setUp(self):
        self.directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="minipkg-sandbox-")))
        big = os.urandom(1 << 20) * 64
        self.package = minipkg.pack(self.directory, "x", "1", {"/usr/share/x": big})

    @staticmethod
    def has_read(pid):
        try:
            return int(pathlib.Path(f"/proc/{pid}/io").read_text().split()[1])
        except OSError:
            return 0

    @staticmethod
    def catches_interrupts(pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return int(caught.split()[1], 16) & 1 << signal.SIGINT - 1 != 0

    def start(self, *command):
        """minipkg, held while it reads its package to the end (the first reader only looks for a manifest), and its
        reader. An install, while it stages."""
        running = subprocess.Popen([minipkg.program(), *command, self.package], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(running.kill)
        children = pathlib.Path(f"/proc/{running.pid}/task/{running.pid}/children")
        while running.poll() is None:
            running.send_signal(signal.SIGSTOP)
            for child in children.read_text().split():
                staging = command[0] != "install" or self.catches_interrupts(running.pid)
                if staging and self.has_read(child) > 4 << 20:
                    return running, int(child)
            running.send_signal(signal.SIGCONT)
            time.sleep(0.001)
        self.skipTest("it was too quick to be caught")
        return None

    def test_an_interrupt_is_heard_while_the_reader_hangs(self):
        root = self.directory / "R"
        root.mkdir()
        running, reader = self.start("install", "--root", root)
        os.kill(reader, signal.SIGSTOP)
        running.send_signal(signal.SIGCONT)
        time.sleep(1)  # what has come already is dealt with
        self.assertIsNone(running.poll())
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130, told)
        self.assertIn("stopped by signal 2; everything was undone", told)
        self.assertFalse((root / "usr").exists())

    def test_the_reader_is_killed(self):
        running, reader = self.start("inspect")
        os.kill(reader, signal.SIGKILL)
        running.send_signal(signal.SIGCONT)
        _, told = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 6)
        self.assertIn("the process that reads it was ended by signal 9", told)

    def test_minipkg_is_killed(self):
        running, reader = self.start("inspect")
        running.kill()
        running.communicate(timeout=60)
        for _ in range(600):
            if not os.path.exists(f"/proc/{reader}"):
                return
            time.sleep(0.1)
        self.fail("the reader outlived minipkg")


class Liar(unittest.TestCase):
    """What a reader that was taken over may answer, and go on living: each is an end, and soon."""

    def test_what_it_answers(self):
        program = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "liar")
        if not os.access(program, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no liar")
        nonsense = ("half-word", "empty-slot", "large-slot", "never-listens", "huge-frame", "unknown-frame", "early-data",
                    "no-member", "second-member", "odd-refusal", "behind-the-end")
        expected = {**dict.fromkeys(nonsense, "answered nonsense"), "exits": "ended with status 3",
                    "crashes": "was ended by signal"}
        with tempfile.TemporaryDirectory(prefix="minipkg-liar-") as directory:
            for name, told in expected.items():
                package = pathlib.Path(directory, f"{name}-1.noarch.pkg.tar")
                package.write_text("it is never read")
                with self.subTest(name):
                    done = subprocess.run([program, "inspect", package], text=True, capture_output=True, timeout=60)
                    self.assertEqual(done.returncode, 6, done.stderr)
                    self.assertIn(f"cannot read '{package}': the process that reads it {told}", done.stderr)

    def test_a_caller_that_ignores_its_children(self):
        """SIGCHLD: the kernel would keep no status."""
        program = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "liar")
        if not os.access(program, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no liar")
        with tempfile.TemporaryDirectory(prefix="minipkg-liar-") as directory:
            package = pathlib.Path(directory, "exits-1.noarch.pkg.tar")
            package.write_text("it is never read")
            done = subprocess.run(["sh", "-c", "trap '' CHLD; exec \"$@\"", "sh", program, "inspect", package], text=True,
                                  capture_output=True, timeout=60)
            self.assertIn("the process that reads it ended with status 3", done.stderr)
