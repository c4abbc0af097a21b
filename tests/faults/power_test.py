# SPDX-License-Identifier: MIT
"""The power goes, at any moment: what the disks hold then is mounted, recovered and judged."""
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

from faults import block_log, disks, pair, snapshot, sweep
from support.minipkg import program

LAYOUTS = [
    *(disks.Layout(name, ((name, ""),)) for name in disks.FORMATS),
    disks.Layout("usr on ext4, var on xfs", (("ext4", "usr"), ("xfs", "var"))),
    disks.Layout("usr on btrfs, var on ext4", (("btrfs", "usr"), ("ext4", "var"))),
    disks.Layout("btrfs subvolumes", (("btrfs", ""),), ("var", "usr", "usr/app", "usr/app/lib")),
]
SEED = int(os.environ.get("MINIPKG_SWEEP_SEED", "0")) or random.randint(1, 1 << 30)


class Table(sweep.Table):
    COLUMNS = ("points", "mixed after", "damaged", "lost after exit 0", "left over", "redo failed")


def everywhere(version):
    """The pair's paths below /usr and, once more, below /var."""
    paths = {"usr": pair.directory(), "var": pair.directory()}
    for path, what in pair.content(version).items():
        if path == "opt":
            continue
        for top in ("usr", "var"):
            target = what.get("target")
            here = {} if target is None else {"target": target.replace("opt/", f"{top}/", 1)}
            paths[path.replace("opt/", f"{top}/", 1)] = {**what, **here}
    return paths


def packages(directory):
    return [pair.write_tar(f"{directory}/app-{v}-1.noarch.pkg.tar", everywhere(v), v) for v in (1, 2)]


class Scenario(sweep.Scenario):
    """A root on images, the command that changes it, and everything that the command wrote to the disks."""

    def __init__(self, directory, layout, transaction):
        self.directory, self.layout = directory, layout
        self.command, self.versions = transaction.command, transaction.versions
        self.program, self.again = transaction.program, self.command
        self.base, self.root = self.directory / "base", self.directory / "root"
        layout.make(self.base)
        with self.mounted(sorted(self.base.iterdir())) as root:
            for path in layout.subvolumes:
                disks.run("btrfs", "subvolume", "create", root / path)
            (root / "var/lib").mkdir(parents=True, exist_ok=True)
            for one in transaction.before:
                self.run(one, root)
            self.old = snapshot.snapshot(root)
        self.since = time.time_ns()
        self.log, self.exit = self.record()

    def mounted(self, devices):
        return disks.Mounted(self.layout, devices, self.root)

    def record(self):
        """The log of the command, and how much of it there was when the command ended."""
        images, file = self.directory / "recorded", self.directory / "log"
        block_log.build(self.base, [], images)
        with block_log.Recording(images, file) as recording, self.mounted(recording.devices) as root:
            self.run(self.command, root)
            ended = recording.position()
            self.new = snapshot.snapshot(root)
        log = block_log.Log(file)
        return log, log.count_before(ended)

    def judge_state(self, table, cut, blocks):
        table.figures["points"] += 1
        images = block_log.build(self.base, blocks, self.directory / "state")
        try:
            with self.mounted(images) as root:
                self.judge_root(table, cut, root)
        except OSError as error:
            table.count("damaged", cut, error)

    def judge_root(self, table, cut, root):
        recovered = self.run(["recover"], root, check=False)
        if recovered.returncode != 0:
            return table.count("damaged", cut, recovered.stderr.strip())
        if cut >= self.exit and self.listed(root) != self.versions[1]:
            table.count("lost after exit 0", cut, self.listed(root))
        self.judge(table, cut, root)


class PowerTest(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: mounts file systems")
        if not block_log.PROGRAM or not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
            self.skipTest("needs $MINIPKG_LOGGED_DEVICE, /dev/fuse and loop devices")
        self.directory = tempfile.mkdtemp(prefix="minipkg-power-", dir=disks.scratch_directory())
        self.addCleanup(shutil.rmtree, self.directory)

    def need(self, layout):
        if layout.missing():
            self.skipTest(f"{layout.name}: no {' '.join(layout.missing())}")
        for form in layout.formats():
            if shutil.which("modprobe"):
                subprocess.run(["modprobe", "-q", form.kind], check=False)
            if f"\t{form.kind}\n" not in pathlib.Path("/proc/filesystems").read_text():
                self.skipTest(f"{layout.name}: this kernel has no {form.kind}")

    def subdirectory(self, name):
        return pathlib.Path(tempfile.mkdtemp(prefix=name.replace(" ", "-"), dir=self.directory))


SKIPS_SYNC = os.path.join(os.environ.get("MINIPKG_BROKEN", ""), "skips_sync")
OLD, NEW = "app\t1-1\tnoarch\n", "app\t2-1\tnoarch\n"


class Transaction:
    """What is done to a root: the commands before, the one that is interrupted, what `list` says before and after."""

    def __init__(self, name, directory):
        old, new = ([["install", "--allow-special", path]] for path in packages(directory))
        mode = ["--offline"] if name == "offline upgrade" else ["--live"]
        self.name, self.versions, self.program = name, [OLD, NEW], program()
        self.before, (self.command,) = [mode + old[0]], new
        if name == "offline upgrade":
            self.command = mode + self.command
        elif name == "first install":
            self.before, self.command, self.versions = [], mode + old[0], ["", OLD]
        elif name == "upgrade without syncs":
            self.program = SKIPS_SYNC


class PowerCut(PowerTest):
    def chosen(self, names, layouts):
        """Every transaction on every layout; in a thinned run one of them, another one each time."""
        pairs = [(name, layout) for layout in layouts for name in names]
        named = os.environ.get("MINIPKG_SWEEP_CASE")
        if named:
            return [pair for pair in pairs if f"{pair[0]}, {pair[1].name}" == named]
        return pairs if sweep.FULL else [random.Random(SEED).choice(pairs)]

    def sweep(self, name, layout):
        """Every state of a power cut during a transaction: the disks as the log had them, and reordered."""
        self.need(layout)
        directory = self.subdirectory("sweep")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        scenario = Scenario(directory, layout, Transaction(name, directory))
        table = Table(f"power cut, {name}, {layout.name}, seed {SEED}, {len(scenario.log.records)} writes and flushes, "
                      f"exit after {scenario.exit}")
        possible = scenario.log.cuts()
        chosen, offset = sweep.points(len(possible))
        for cut in sorted({possible[point - 1] for point in chosen} | {scenario.exit}):
            scenario.judge_state(table, cut, scenario.log.prefix(cut))
            scenario.judge_state(table, cut, scenario.log.reordered(cut, random.Random(f"{SEED} {cut}")))
        table.show(offset)
        self.assertGreater(table.figures["points"], 0)
        return table, f"repeat with MINIPKG_SWEEP_OFFSET={offset} MINIPKG_SWEEP_SEED={SEED}"

    def test_old_or_new(self):
        for name, layout in self.chosen(["upgrade", "offline upgrade", "first install"], LAYOUTS):
            with self.subTest(transaction=name, layout=layout.name):
                table, repeat = self.sweep(name, layout)
                self.assertEqual(table.failures(), 0, repeat)

    def test_without_syncs(self):
        """The test of the test: a minipkg that forgets to sync its file systems must be caught."""
        if not os.access(SKIPS_SYNC, os.X_OK):
            self.skipTest("MINIPKG_BROKEN has no skips_sync")
        layouts = [one for one in LAYOUTS if one.name in ("ext4-noauto_da_alloc", "xfs", "btrfs")]
        for name, layout in self.chosen(["upgrade without syncs"], layouts):
            with self.subTest(layout=layout.name):
                table, repeat = self.sweep(name, layout)
                self.assertGreater(table.failures(), 0, repeat)


class Probe(PowerTest):
    """Proof that the method sees what a power cut does: a program that renames without fsync loses its data."""

    DATA = b"new" * 30_000

    def write(self, root, name, fsync):
        with open(root / f"{name}.part", "wb") as file:
            file.write(self.DATA)
            if fsync:
                file.flush()
                os.fsync(file.fileno())
        os.rename(root / f"{name}.part", root / name)

    def record(self, layout, fsync):
        """Two files arrive by rename, one of them over an older one; then only the directory is synced."""
        directory = self.subdirectory("probe")
        layout.make(directory / "base")
        with disks.Mounted(layout, sorted((directory / "base").iterdir()), directory / "root") as root:
            (root / "replaced").write_bytes(b"old" * 30_000)
        block_log.build(directory / "base", [], directory / "recorded")
        with block_log.Recording(directory / "recorded", directory / "log") as recording, \
                disks.Mounted(layout, recording.devices, directory / "root") as root:
            for name in ("replaced", "created"):
                self.write(root, name, fsync)
            disks.run("sync", root)
        return directory, block_log.Log(directory / "log")

    def empty_names(self, layout, fsync):
        """Which of the two names stand for no data in any state."""
        self.need(layout)
        directory, log = self.record(layout, fsync)
        empty = set()
        for cut in log.cuts():
            images = block_log.build(directory / "base", log.prefix(cut), directory / "state")
            with disks.Mounted(layout, images, directory / "root") as root:
                empty |= {name for name in ("replaced", "created") if (root / name).exists()
                          and not (root / name).stat().st_size}
        return empty

    def test_probe(self):
        for name, seen in (("ext4", {"created"}), ("ext4-noauto_da_alloc", {"created", "replaced"}),
                           ("xfs", {"created", "replaced"}), ("btrfs", {"created"})):
            layout = next(one for one in LAYOUTS if one.name == name)
            with self.subTest(layout=name):
                self.assertLessEqual(seen, self.empty_names(layout, fsync=False))
                self.assertEqual(self.empty_names(layout, fsync=True), set())


if __name__ == "__main__":
    unittest.main()
