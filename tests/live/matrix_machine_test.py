# SPDX-License-Identifier: MIT
"""The matrix: a whole machine with real services, in which nothing is upgraded. A few looks, or an hour of them with
MINIPKG_FULL_TESTS=1: services start, work and end meanwhile."""
import json
import os
import pathlib
import time

from support.machine import Machine, name_of, why_not
from support.matrix import MatrixTest
from support.minipkg import Minipkg

HOUR = 3600


class WholeMachine(MatrixTest):
    def setUp(self):
        super().setUp()
        if why := why_not():
            self.skipTest(why)
        self.machine = Machine(self.directory / "machine")
        self.root = self.machine.root
        self.minipkg = Minipkg(self, self.root)
        self.put(1)
        self.machine.start()
        self.addCleanup(self.machine.stop)
        # Without it nobody in there would be looked at.
        self.witness()
        self.put(2)

    def processes(self):
        """All of the machine's: those of its first process's pid namespace."""
        own, found = os.readlink(f"/proc/{self.machine.leader}/ns/pid"), []
        for link in pathlib.Path("/proc").glob("[0-9]*/ns/pid"):
            try:
                if os.readlink(link) == own:
                    found.append(int(link.parts[2]))
            except OSError:
                pass
        return found

    def assert_nothing_inside(self, *arguments):
        done = self.machine.minipkg("needs-restart", "--json", "--files", *arguments)
        self.assertEqual((done.returncode, json.loads(done.stdout)["processes"]), (0, []), done.stdout + done.stderr)

    def test_row_machine(self):
        """booted Debian with its services, no upgrade"""
        end = time.monotonic() + (HOUR if os.environ.get("MINIPKG_FULL_TESTS") else 0)
        processes = self.processes()
        self.assertLessEqual({"systemd", "sshd", "dbus-daemon"}, {name_of(pid) for pid in processes})
        self.unaffected(*processes)
        self.check("--files")
        MatrixTest.also_asked, asked = None, MatrixTest.also_asked
        self.addCleanup(setattr, MatrixTest, "also_asked", asked)
        looks = 0
        while looks < 5 or time.monotonic() < end:
            self.check("--files")
            for arguments in ((), ("--unmanaged",)):
                self.assert_nothing_inside(*arguments)
            looks += 1
