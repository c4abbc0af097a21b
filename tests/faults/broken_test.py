# SPDX-License-Identifier: MIT
"""Tests of the test: a minipkg with a mistake in it must not pass the kill sweep. (The third one, which skips syncfs,
can only be seen by cutting the power: power_test.py.)"""
import os

from faults import ground, kill, sweep


class BrokenBuilds(kill.Sweeps):
    def make_ground(self, directory):
        return ground.Directory(directory)

    def found_in(self, name):
        """The table of a sweep over a build with this mistake, as far as the first point that shows it."""
        program = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), name)
        if not os.access(program, os.X_OK):
            self.skipTest(f"MINIPKG_BROKEN has no {name}")
        scenario, table = self.upgrade(), sweep.Table(name)
        scenario.program = program
        for point in sweep.points(scenario.total())[0]:
            table.figures["points"] += 1
            root = scenario.killed(point)
            scenario.look_between(table, point, root)
            scenario.judge(table, point, root)
            if table.figures["mixed after"]:
                break
        table.show("a mistake on purpose")
        return table.figures

    def test_renames_before_journal(self):
        self.assertGreater(self.found_in("renames_before_journal")["mixed after"], 0)

    def test_forgets_an_undo(self):
        self.assertGreater(self.found_in("forgets_an_undo")["mixed after"], 0)
