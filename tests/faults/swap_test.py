# SPDX-License-Identifier: MIT
"""No call of any command touches what is not the root's, whatever the owner of a directory puts in its place."""
import os
import random
import tempfile
import unittest

from faults import sweep, swap

OPENAT2 = ("openat2",)
# Thinned: eleven commands in both ways have their points.
EVERY = int(os.environ.get("MINIPKG_SWEEP_EVERY", "14"))


class Races(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0 or not sweep.INTERPOSER:
            self.skipTest("needs root, and MINIPKG_INTERPOSER")
        directory = tempfile.TemporaryDirectory(prefix="minipkg-swap-", dir=os.environ.get("TMPDIR", "/var/tmp"))
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        old, new = swap.write_packages(self.directory)
        self.first = ["--live", "install", "--allow-special", old]
        self.second = ["install", "--allow-special", new]

    def race(self, before, command, **more):
        return swap.Race(self.directory, before, command, **more)

    def sweep(self, name, race, links=None):
        links = links or swap.links()
        table, turn = swap.Table(f"swap: {name}"), swap.rotating(random.sample(links, len(links)))
        chosen, offset = sweep.points(race.count(), EVERY)
        for point in chosen:
            for link in turn():
                race.at(table, point, link)
        table.show(offset)
        return table, offset

    def holds(self, name, before, command, **more):
        """With openat2(2) and without it."""
        for without in ((), OPENAT2):
            table, offset = self.sweep(f"{name}{', no openat2' if without else ''}",
                                       self.race(before, command, without=without, **more))
            self.assertGreater(table.figures["points"], 0)
            self.assertEqual(table.failures(), 0, f"repeat with MINIPKG_SWEEP_OFFSET={offset}")


class SwapRace(Races):
    def test_install(self):
        self.holds("install", [], self.first)

    def test_upgrade(self):
        self.holds("upgrade", [self.first], self.second)

    def test_what_is_linked_or_taken_away(self):
        """A second name is that of the file that was looked at, each time: all points of the calls that matter."""
        race, table = self.race([self.first], self.second), swap.Table("swap: upgrade, names")
        paths = ("opt/app/file-to-directory", "opt/app/leader", "opt/app/removed-0")
        for link in swap.links(paths):
            if link.target == "hard link" and not link.during:
                for point in race.points_of("linkat", "renameat2"):
                    race.at(table, point, link)
        table.show(1)
        self.assertGreater(table.figures["points"], 0)
        self.assertEqual(table.failures(), 0)

    def test_remove(self):
        self.holds("remove", [self.first], ["remove", "app"])

    def test_undo(self):
        self.holds("undo", [self.first, self.second], ["undo"])

    def test_rollback(self):
        self.holds("rollback", [self.first, self.second], ["rollback", "1"])

    def test_edited_files(self):
        self.holds("edited files", [self.first, swap.edit], self.second)

    def test_unowned_files_moved(self):
        self.holds("unowned files, moved", [swap.litter], [*self.first, "--backup-unowned", "/opt/app/lib/aside"])

    def test_unowned_files_overwritten(self):
        self.holds("unowned files, overwritten", [swap.litter_files], [*self.first, "--overwrite", "*"])

    def test_recover(self):
        self.holds("recover", [self.first], ["recover"], killed=self.second)

    def test_prune(self):
        self.holds("prune", [self.first, self.second], ["history", "prune", "--keep", "0"])

    def between_looks(self):
        os.environ["INTERPOSER_CALLS"] = "reading"
        self.addCleanup(os.environ.pop, "INTERPOSER_CALLS")

    def test_looking(self):
        """Between calls that only look, too."""
        self.between_looks()
        self.holds("upgrade, looking", [self.first], self.second)

    def test_looking_at_a_link(self):
        """Whose link it is and where it leads are two questions: right before the calls that ask them."""
        self.between_looks()
        race, table = self.race([self.first], self.second), swap.Table("swap: upgrade, looking at a link")
        for point in sorted({max(1, at - back) for at in race.points_of("readlinkat") for back in range(4)}):
            race.at(table, point, swap.Link(swap.WAY, "inside", during=False))
        table.show(1)
        self.assertGreater(table.figures["points"], 0)
        self.assertEqual(table.failures(), 0)


class TestsOfTheTest(Races):
    """Who follows links must be caught."""

    def outside_changed(self, race):
        table, _ = self.sweep("on purpose", race, [one for one in swap.links(swap.DIRECTORIES) if one.target == "outside"])
        return table.figures["outside changed"]

    def test_broken_build(self):
        broken = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "follows_symlinks")
        if not os.access(broken, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no follows_symlinks")
        race = self.race([self.first], self.second)
        race.program = [broken]
        self.assertGreater(self.outside_changed(race), 0)


if __name__ == "__main__":
    unittest.main()
