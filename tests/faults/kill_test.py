# SPDX-License-Identifier: MIT
"""SIGKILL at every mutating system call of a transaction, and of its recovery."""
import tempfile
import unittest

from faults import pair, snapshot, sweep


class KillSweep(unittest.TestCase):
    def setUp(self):
        if not sweep.INTERPOSER:
            self.skipTest("MINIPKG_INTERPOSER names no interposer")
        directory = tempfile.TemporaryDirectory(prefix="minipkg-faults-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        old, new = pair.packages(self.directory)
        self.scenario = sweep.Scenario(
            self.directory, [["--live", "install", "--allow-special", old]], ["install", "--allow-special", new],
            ["app\t1-1\tnoarch\n", "app\t2-1\tnoarch\n"])

    def sweep(self, table, total, at_point):
        chosen, offset = sweep.points(total)
        for point in chosen:
            table.figures["points"] += 1
            at_point(point)
        self.conclude(table, offset)

    def conclude(self, table, offset):
        table.show(offset)
        self.assertGreater(table.figures["points"], 0)
        self.assertEqual(table.failures(), 0, f"repeat with MINIPKG_SWEEP_OFFSET={offset}")

    def test_upgrade(self):
        scenario, table = self.scenario, sweep.Table("kill an upgrade")

        def at_point(point):
            root = scenario.fresh()
            scenario.interposed(["kill", point], root)
            wrong = snapshot.between(scenario.old, scenario.new, snapshot.snapshot(root))
            if wrong:
                table.count("mixed before", point, wrong[:4])
            scenario.judge(table, point, root)

        self.sweep(table, scenario.total(), at_point)

    def test_recovery(self):
        """A second kill hits the recovery of the first one, at each of its own points."""
        scenario, table = self.scenario, sweep.Table("kill a recovery")
        total = scenario.total()
        offset = 0
        for first in [total * part // 8 for part in range(1, 9)]:
            # A copy of a killed root would have other inodes than its journal says: each is killed anew.
            calls = scenario.total(["list"], scenario.killed(first))
            chosen, offset = sweep.points(calls)
            for point in chosen:
                table.figures["points"] += 1
                root = scenario.killed(first)
                scenario.interposed(["kill", point], root, ["list"])
                scenario.judge(table, f"{first}, then {point}", root)
        self.conclude(table, offset)


if __name__ == "__main__":
    unittest.main()
