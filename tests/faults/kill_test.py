# SPDX-License-Identifier: MIT
"""SIGKILL at every mutating system call of a transaction, and of its recovery. On the plain disk; kill_mounts_test.py
does the same on file systems of their own."""
from faults import ground, kill


class KillSweep(kill.Sweeps):
    def make_ground(self, directory):
        return ground.Directory(directory)

    def test_upgrade(self):
        self.sweep_upgrade()

    def test_three_packages(self):
        self.sweep_three_packages()

    def test_recovery(self):
        self.sweep_recovery()

    def test_elsewhere(self):
        self.sweep_elsewhere()
