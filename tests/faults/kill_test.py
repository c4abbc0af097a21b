# SPDX-License-Identifier: MIT
"""SIGKILL at every mutating system call of a transaction, and of its recovery. On the plain disk; kill_mounts_test.py
does the same on file systems of their own."""
import pathlib

from faults import ground, kill, sweep
from support.minipkg import pack


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

    def test_moving_aside_what_nobody_owns(self):
        one = pack(self.directory, "turn", "1", {"/opt/a/owned": b"1"})
        two = pack(self.directory, "turn", "2", {"/opt/a": b"2", "/etc/conf": b"theirs"})
        scenario = sweep.Scenario(self.ground, [["--live", "install", one], leave_in_the_way],
                                  ["install", two, "--backup-unowned", "/srv/aside"],
                                  ["turn\t1\tnoarch\n", "turn\t2\tnoarch\n"])
        self.sweep_kills(scenario, "kill a move aside")


def leave_in_the_way(root):
    """What an administrator put where the new version has other things."""
    deep = pathlib.Path(root, "opt/a/deep")
    deep.mkdir(0o700)
    (deep / "er").write_text("deeper")
    (deep.parent / "mine").write_text("mine")
    (deep.parent / "link").symlink_to("mine")
    pathlib.Path(root, "etc").mkdir()
    pathlib.Path(root, "etc/conf").write_text("before")
