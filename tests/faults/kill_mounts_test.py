# SPDX-License-Identifier: MIT
"""The kill sweeps on mounted file systems. Thinned more than those on the plain disk: the same calls are made."""
import os
import random

from faults import ground, kill, pair, sweep


class KillSweepOnMounts(kill.Sweeps):
    every = 41

    def make_ground(self, directory):
        return None  # each test its own

    def sweep_all_on(self, stands_on):
        self.ground = stands_on
        others = [self.sweep_three_packages, self.sweep_recovery, self.sweep_elsewhere]
        # Thinned: one of the others, another one each time; a run that is repeated makes them all.
        repeated = sweep.FULL or "MINIPKG_SWEEP_OFFSET" in os.environ
        for one in [self.sweep_upgrade, *(others if repeated else [random.choice(others)])]:
            with self.subTest(one.__name__):
                one()

    def test_ext4(self):
        self.sweep_all_on(ground.Image(self, self.directory, "ext4"))

    def test_xfs(self):
        self.sweep_all_on(ground.Image(self, self.directory, "xfs"))

    def test_btrfs(self):
        self.sweep_all_on(ground.Image(self, self.directory, "btrfs"))

    def test_tmpfs(self):
        self.sweep_all_on(ground.Tmpfs(self, self.directory))

    def test_overlayfs(self):
        self.sweep_all_on(ground.Overlay(self, self.directory))

    def test_undo(self):
        self.ground = ground.Frozen(self, self.directory)
        self.sweep_undo()

    def test_boot_on_fat(self):
        self.ground = ground.Boot(self, self.directory)
        self.sweep_kills(self.upgrade(pair.boot), "kill an upgrade")
        self.sweep_elsewhere(pair.boot)
        self.sweep_recovery(pair.boot)
