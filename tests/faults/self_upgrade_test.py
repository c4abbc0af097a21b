# SPDX-License-Identifier: MIT
"""minipkg replaces itself and every library it loads, and is killed: what is on the disk then must recover the root."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from faults import disks, sweep
from support.minipkg import SymbolicLink, pack, program

RECOVER = os.environ.get("MINIPKG_RECOVER", "")
IN_ROOT = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'


def loaded(path):
    """Every shared object that a program loads, the loader too: path in the root -> file here."""
    told = subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout
    found = {}
    for name, file in re.findall(r"^\s*(\S+)(?: => (\S+))? \(0x", told, re.MULTILINE):
        if name.startswith("/"):
            found[f"/usr{name.removeprefix('/usr')}"] = name  # the loader, by the name that programs have in them
        elif file:
            found[f"/usr/lib/x86_64-linux-gnu/{name}"] = file
    return found


def stripped(path, directory):
    target = pathlib.Path(directory) / "stripped"
    subprocess.run(["strip", "-o", target, path], check=True)
    return target.read_bytes()


def files(version, directory):
    """minipkg with all that it needs to run. No file of version 2 can be loaded, whatever the others are, but the
    program that recovers: it must run in either version."""
    objects = {"/usr/bin/minipkg": program(), **loaded(program())}
    paths = {path: stripped(file, directory) if version == 1 else b"version 2" for path, file in objects.items()}
    paths["/usr/sbin/minipkg-recover"] = stripped(RECOVER, directory) + b"version %d" % version
    paths |= {"/lib": SymbolicLink("usr/lib"), "/lib64": SymbolicLink("usr/lib64"), "/proc/placeholder": b""}
    return paths


def run_in(root, *command):
    return subprocess.run(["unshare", "--mount", "sh", "-c", IN_ROOT, root, *command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, errors="replace", timeout=120)


class SelfUpgrade(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: chroots")
        if not sweep.INTERPOSER or not RECOVER:
            self.skipTest("needs $MINIPKG_INTERPOSER and $MINIPKG_RECOVER")
        directory = tempfile.TemporaryDirectory(prefix="minipkg-self-", dir=disks.scratch_directory())
        self.addCleanup(directory.cleanup)
        old, new = (pack(directory.name, "minipkg", f"{version}-1", files(version, directory.name))
                    for version in (1, 2))
        self.scenario = sweep.Scenario(directory.name, [["--live", "install", old]], ["install", new],
                                       ["minipkg\t1-1\tnoarch\n", "minipkg\t2-1\tnoarch\n"])

    def test_every_point(self):
        scenario, table, unable = self.scenario, sweep.Table("kill an upgrade of minipkg itself"), 0
        self.assertEqual(run_in(scenario.ground.base, "/usr/bin/minipkg", "--version").returncode, 0)
        chosen, offset = sweep.points(scenario.total())
        for point in chosen:
            table.figures["points"] += 1
            root = scenario.killed(point)
            unable += run_in(root, "/usr/bin/minipkg", "list").returncode != 0
            recovered = run_in(root, "/usr/sbin/minipkg-recover")
            if recovered.returncode != 0:
                table.count("damaged", point, recovered.stderr)
            if sweep.left_over(root):
                table.count("left over", point, "minipkg-recover left the staging area")
            scenario.judge(table, point, root)
        table.show(offset)
        self.assertGreater(unable, 0, "the program that is replaced could run all the time: nothing was tested")
        self.assertEqual(table.failures(), 0, f"repeat with MINIPKG_SWEEP_OFFSET={offset}")


if __name__ == "__main__":
    unittest.main()
