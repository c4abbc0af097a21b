# SPDX-License-Identifier: MIT
"""The kill sweeps, on whatever ground a test stands on."""
import os
import tempfile
import unittest

from faults import pair, sweep


class Sweeps(unittest.TestCase):
    every = sweep.EVERY

    def setUp(self):
        if not sweep.INTERPOSER:
            self.skipTest("MINIPKG_INTERPOSER names no interposer")
        # /var/tmp: /tmp may be a tmpfs, and a disk's file system is what packages are installed on.
        directory = tempfile.TemporaryDirectory(prefix="minipkg-faults-", dir=os.environ.get("TMPDIR", "/var/tmp"))
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.ground = self.make_ground(self.directory)

    def make_ground(self, directory):
        raise NotImplementedError

    def upgrade(self, packages=pair.packages):
        old, new = packages(self.directory)
        return sweep.Scenario(self.ground, [["--live", "install", "--allow-special", old]],
                              ["install", "--allow-special", new], ["app\t1-1\tnoarch\n", "app\t2-1\tnoarch\n"])

    def name_of(self, sweep_name):
        return f"{type(self.ground).__name__.lower()} {getattr(self.ground, 'kind', '')}: {sweep_name}".replace(" :", ":")

    def sweep_kills(self, scenario, name):
        table = sweep.Table(self.name_of(name))

        def at_point(point):
            root = scenario.killed(point)
            scenario.look_between(table, point, root)
            scenario.judge(table, point, root)

        self.sweep(table, scenario.total(), at_point)

    def sweep(self, table, total, at_point):
        chosen, offset = sweep.points(total, self.every)
        for point in chosen:
            table.figures["points"] += 1
            at_point(point)
        self.conclude(table, offset)

    def conclude(self, table, offset):
        table.show(offset)
        self.assertGreater(table.figures["points"], 0)
        self.assertEqual(table.failures(), 0, f"repeat with MINIPKG_SWEEP_OFFSET={offset}")

    def sweep_upgrade(self):
        self.sweep_kills(self.upgrade(), "kill an upgrade")

    def sweep_three_packages(self):
        old, new = pair.three(self.directory)
        install = ["install", "--allow-special", *new]
        scenario = sweep.Scenario(self.ground, [["--live", "install", "--allow-special", *old]],
                                  [*install, "--remove", "gone"],
                                  ["app\t1-1\tnoarch\ngone\t1-1\tnoarch\n", "app\t2-1\tnoarch\nfresh\t2-1\tnoarch\n"],
                                  install)
        self.sweep_kills(scenario, "kill a transaction of three packages")

    def sweep_undo(self):
        """The old version comes back from its old inodes."""
        old, new = pair.packages(self.directory)
        scenario = sweep.Scenario(self.ground, [["--live", "install", "--allow-special", old],
                                                ["install", "--allow-special", new]],
                                  ["undo"], ["app\t2-1\tnoarch\n", "app\t1-1\tnoarch\n"], ["list"])
        self.sweep_kills(scenario, "kill an undo")

    def sweep_elsewhere(self, packages=pair.packages):
        """Killed under one mount path, recovered under another."""
        scenario, table = self.upgrade(packages), sweep.Table(self.name_of("recover under another path"))

        def at_point(point):
            scenario.judge(table, point, self.ground.elsewhere(scenario.killed(point)))

        self.sweep(table, scenario.total(), at_point)

    def sweep_recovery(self, packages=pair.packages, firsts=8):
        """A second kill hits the recovery of the first one, at each of its own points."""
        scenario, table = self.upgrade(packages), sweep.Table(self.name_of("kill a recovery"))
        total = scenario.total()
        offset = 0
        for first in [total * part // firsts for part in range(1, firsts + 1)]:
            # A copy of a killed root would have other inodes than its journal says: each is killed anew.
            calls = scenario.total(["list"], scenario.killed(first))
            chosen, offset = sweep.points(calls, self.every)
            for point in chosen:
                table.figures["points"] += 1
                root = scenario.killed(first)
                scenario.interposed(["kill", point], root, ["list"])
                scenario.judge(table, f"{first}, then {point}", root)
        self.conclude(table, offset)
