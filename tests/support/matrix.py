# SPDX-License-Identifier: MIT
"""The matrix: situations of processes whose files were replaced, or seem to be. A row is a test method: it leaves
processes, says the truth about each, and asks. Whoever else wants to be asked about the same processes, while they
still run, puts a function into MatrixTest.also_asked (tests/live/matrix does)."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import time

from support.live import LiveTest
from support.minipkg import program

LIBRARY = "/usr/lib/libtest.so"
NOBODY = 65534
PAGE = 4096


def content(version):
    """Two pages that no other version shares."""
    return str(version).encode() * (2 * PAGE // len(str(version)))


@dataclasses.dataclass
class Truth:
    """What there is to say of one process: of each file (package, old version, version installed now, use)."""
    pid: int
    files: list
    certainty: str = "confirmed"
    is_witness: bool = False  # only there so that processes are looked at: not counted in the table
    is_hidden: bool = False  # the caller may not look at it: has to be counted as such, and is not in the table

    def worst(self):
        """executable, code, data, descriptor or nothing."""
        order = ["executable", "code", "script", "module", "data", "descriptor"]
        return min((file[3] for file in self.files), key=order.index, default="nothing")


class MatrixTest(LiveTest):
    also_asked = None  # called with the test, when its processes are as they shall be

    def setUp(self):
        super().setUp()
        self.need_root()
        self.truths, self.arguments = [], ()
        self.actors = {}

    # What runs

    def actor(self, *options):
        """live/programs/actor.c; "-static" for roots without a C library."""
        if options not in self.actors:
            define = ["-DSTATIC"] if "-static" in options else []
            self.actors[options] = self.compile("actor.c", f"actor{len(self.actors)}", "-pthread", *define, *options)
        return self.actors[options]

    def act(self, *words, before=(), program=None):
        """A process that does these acts, and is ready. `before` are words of a command that starts it."""
        process = self.start(*before, program or self.actor(), *words)
        self.assertEqual(process.heard(), "ready")
        return process

    def installed(self, path=LIBRARY):
        return self.root / path.lstrip("/")

    def library_package(self, version):
        return self.pack("libtest", f"{version}.0-1", {LIBRARY: content(version)})

    def put(self, version):
        """Installs this version of libtest, which is as good a library as any for who maps it."""
        self.minipkg.install(self.library_package(version))

    def uses_library(self, *words, before=(), program=None):
        """A process that maps the library as code, and then does the acts."""
        return self.act("code", self.installed(), *words, before=before, program=program)

    def as_user(self, user=NOBODY):
        """Words before a command that is to be run by an ordinary user."""
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]

    def let_anybody_run_minipkg(self):
        """An ordinary user may not be able to reach where it was built. Returns the words to run it by."""
        copy = self.directory / "bin"
        if copy.exists():
            return ["env", f"LD_LIBRARY_PATH={copy}"]
        copy.mkdir()
        linked = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
        own = [line.split()[2] for line in linked.splitlines() if "libminipkg" in line]
        for file in [program(), *own]:
            shutil.copy(file, copy / pathlib.Path(file).name)
        self.minipkg.program = copy / "minipkg"
        return ["env", f"LD_LIBRARY_PATH={copy}"]

    def wait_until(self, is_so):
        """For what a process does without saying that it has."""
        give_up = time.monotonic() + 60
        while not is_so():
            self.assertLess(time.monotonic(), give_up, "waited for in vain")
            time.sleep(0.01)

    # What is true

    def stale(self, process, use="code", package="libtest", old="1.0-1", new="2.0-1", pid=None):
        """The process, or the one with this number that it stands for, holds this file. May be said more than once."""
        pid = pid or process.pid
        known = next((truth for truth in self.truths if truth.pid == pid), None)
        if known is None:
            known = Truth(pid, [])
            self.truths.append(known)
        known.files.append((package, old, new, use))
        return known

    def unaffected(self, *processes):
        self.truths += [Truth(process if isinstance(process, int) else process.pid, []) for process in processes]

    def witness(self):
        """A process that holds version 1 of the library. Without one no process would be looked at at all."""
        process = self.uses_library()
        self.stale(process).is_witness = True
        return process

    # What is said

    def check(self, *arguments):
        """That minipkg names exactly the stale processes, for exactly these files, and is sure of it."""
        self.arguments = arguments
        if MatrixTest.also_asked is not None:
            MatrixTest.also_asked(self)
        report = self.minipkg.needs_restart(*arguments)
        found = {one["pid"]: sorted((file["package"], file["old_version"], file.get("new_version"), file["use"],
                                     file["certainty"]) for file in one["files"]) for one in report["processes"]}
        expected = {truth.pid: sorted((*file, truth.certainty) for file in truth.files)
                    for truth in self.truths if truth.files}
        self.assertEqual(found, expected)
        for one in report["processes"]:
            uses = {file["use"] for file in one["files"]}
            self.assertEqual(one["needs_restart"], not uses <= {"data", "descriptor"})
        return {one["pid"]: one for one in report["processes"]}
