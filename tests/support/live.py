# SPDX-License-Identifier: MIT
"""Live tests: a root on a real file system, programs compiled for the test, processes that run them."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from support.minipkg import Minipkg, pack

PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / "live" / "programs"


class Process:
    """A program that is spoken to by lines. Killed when the test ends."""

    def __init__(self, test, *command, stderr=None):
        self.running = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=stderr, encoding="utf-8", bufsize=1)
        self.pid = self.running.pid
        test.addCleanup(self.end)

    def heard(self):
        """The next line it says."""
        line = self.running.stdout.readline()
        if not line:
            raise AssertionError(f"process {self.pid} ended with {self.running.wait()}")
        return line.rstrip("\n")

    def ask(self, question):
        self.running.stdin.write(f"{question}\n")
        return self.heard()

    def runs(self):
        return self.running.poll() is None

    def killed_by(self):
        """Waits for it to end and says by which signal."""
        return signal.Signals(-self.running.wait(timeout=60))

    def end(self):
        self.running.kill()
        self.running.wait()
        self.running.stdin.close()
        self.running.stdout.close()

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}")

    def mappings_of(self, inode):
        """Ranges of memory that this inode backs."""
        lines = self.proc("maps").read_text(errors="surrogateescape").splitlines()
        return [line.split()[0] for line in lines if int(line.split()[4]) == inode]


class LiveTest(unittest.TestCase):
    """A root at self.root, minipkg on it, and a scratch directory beside it."""

    # /tmp may be a tmpfs, and a disk's file system is what packages are installed on.
    base = "/var/tmp"

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="minipkg-live-", dir=self.base))
        self.addCleanup(shutil.rmtree, self.directory)
        self.directory.chmod(0o755)
        self.root, self.scratch = self.directory / "root", self.directory / "scratch"
        self.root.mkdir()
        self.scratch.mkdir()
        self.minipkg = Minipkg(self, self.root)

    def need_root(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: looks at processes of every user, or chroots")

    def compile(self, source, output, *options):
        """Compiles one of live/programs into the scratch directory."""
        target = self.scratch / output
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-o", target, PROGRAMS / source, *options], check=True)
        return target

    def library(self, answer):
        """libtest.so whose foo() gives this answer."""
        return self.compile("libtest.c", f"{answer}/libtest.so", "-shared", "-fPIC", f"-DANSWER={answer}")

    def program_with_library(self, source):
        """A program that finds libtest.so in the lib directory beside its own."""
        directory = self.library(1).parent
        return self.compile(source, source[:-2], f"-L{directory}", "-ltest", "-Wl,-rpath,$ORIGIN/../lib")

    def pack(self, name, version, files):
        return pack(self.scratch, name, version, files)

    def start(self, *command, stderr=None):
        return Process(self, *command, stderr=stderr)

    def assertStale(self, report, *expected):
        """That the report names exactly these (process, package, old version, new version, use), one file each."""
        found = [(process["pid"], file["package"], file["old_version"], file.get("new_version"), file["use"])
                 for process in report["processes"] for file in process["files"]]
        self.assertEqual(found, sorted((process.pid, *rest) for process, *rest in expected))
        self.assertTrue(all(f["certainty"] == "confirmed" for p in report["processes"] for f in p["files"]))

    def assertNothingStale(self, *arguments):
        self.assertEqual(self.minipkg.needs_restart(*arguments)["processes"], [])
