# SPDX-License-Identifier: MIT
"""The matrix as a table, with what others say of the same processes: minutes, so only with MINIPKG_FULL_TESTS=1."""
import os
import subprocess
import unittest

from support.minipkg import SOURCE


class Table(unittest.TestCase):
    def test_whole_table(self):
        if not os.environ.get("MINIPKG_FULL_TESTS"):
            self.skipTest("minutes: MINIPKG_FULL_TESTS=1 runs it")
        if os.geteuid() != 0:
            self.skipTest("needs root: looks at processes of every user")
        environment = {name: value for name, value in os.environ.items() if name != "MINIPKG_FULL_TESTS"}
        done = subprocess.run([SOURCE / "tests/live/matrix"], env=environment, capture_output=True, encoding="utf-8",
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        sums = {}
        for line in done.stdout.splitlines()[-3:]:
            name, _, minipkg, unmanaged, *_ = (cell.strip() for cell in line.strip("|").split("|"))
            sums[name] = minipkg, unmanaged
        for name in ("**old code found**", "**old data found**"):
            found, of = map(int, sums[name][0].split(" of "))
            self.assertEqual(found, of, name)
            self.assertGreater(of, 0, name)
        alarms = [int(cell.split(" of ")[0]) for cell in sums["**false alarms**"]]
        self.assertEqual(alarms[0], 0)
        self.assertLessEqual(alarms[1], 2)
