# SPDX-License-Identifier: MIT
"""A machine whose transaction was killed starts again: it is whole before anything of it matters."""
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from faults import pair, snapshot, sweep
from support.debian import DOWNLOADS
from support.minipkg import SOURCE

RECOVER = os.environ.get("MINIPKG_RECOVER", "")
UNIT = SOURCE / "packaging/systemd/minipkg-recover.service.in"
# The machine tells what it saw at the end of its start, and goes down again.
REPORT = """[Unit]
After=sysinit.target basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'systemctl show minipkg-recover.service sysinit.target --property=Id,Result,ActiveState,\
ActiveEnterTimestampMonotonic > /report.part; mv /report.part /report'
ExecStartPost=/bin/systemctl --no-block poweroff
"""


def debian():
    """A small Debian with systemd, made once for the build directory; nothing if that fails."""
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    tree = DOWNLOADS / "bookworm-systemd"
    with open(DOWNLOADS / "lock-debian", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tree.exists():
            part = DOWNLOADS / "bookworm-systemd.part"
            shutil.rmtree(part, ignore_errors=True)
            made = subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv", "bookworm",
                                   str(part)], capture_output=True)
            if made.returncode != 0:
                return None
            part.rename(tree)
    return tree


class Boot(unittest.TestCase):
    def setUp(self):
        missing = [tool for tool in ("debootstrap", "systemd-nspawn") if not shutil.which(tool)]
        if os.geteuid() != 0 or missing:
            self.skipTest(f"needs root, debootstrap and systemd-nspawn; missing: {missing}")
        if not sweep.INTERPOSER or not RECOVER:
            self.skipTest("needs $MINIPKG_INTERPOSER and $MINIPKG_RECOVER")
        self.tree = debian()
        if self.tree is None:
            self.skipTest("debootstrap could not make a Debian here")
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="minipkg-boot-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def prepare(self, root):
        """The Debian with minipkg-recover and its unit, as `cmake --install` puts them, and with our reporter."""
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.tree), str(root)], check=True)
        subprocess.run(["install", "--strip", RECOVER, f"{root}/usr/sbin/minipkg-recover"], check=True)
        units = root / "usr/lib/systemd/system"
        unit = UNIT.read_text().replace("@CMAKE_INSTALL_FULL_SBINDIR@", "/usr/sbin")
        for name, text, target in (("minipkg-recover", unit, "sysinit"), ("report", REPORT, "multi-user")):
            (units / f"{name}.service").write_text(text)
            wants = units / f"{target}.target.wants"
            wants.mkdir(exist_ok=True)
            (wants / f"{name}.service").symlink_to(f"../{name}.service")

    def boot(self, root):
        """Starts the machine and waits for it to go down again; returns what it told, unit by unit."""
        done = subprocess.run(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "-b",
                               "-D", str(root)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=300)
        report = root / "report"
        if not report.exists():
            raise AssertionError(f"the machine did not start: {done.returncode}\n{done.stdout[-3000:]}{done.stderr}")
        units = [dict(line.split("=", 1) for line in unit.splitlines())
                 for unit in report.read_text().split("\n\n")]
        return {unit["Id"]: unit for unit in units}

    def interrupted(self, root):
        """Kills an upgrade in the midst of its renames; returns what was there before."""
        old, new = pair.packages(self.directory)
        before, command = ["--live", "install", "--allow-special", old], ["install", "--allow-special", new]
        # How many calls there are is learnt in a small root: a Debian is slow to copy.
        scenario = sweep.Scenario(self.directory, [before], command, [])
        scenario.run(before, root)
        was = installed(root)
        scenario.interposed(["kill", scenario.total() * 2 // 3], root)
        for version in (was, installed(scenario.finished())):
            self.assertTrue(snapshot.differences(version, installed(root)), "nothing was interrupted")
        return scenario, was

    def test_interrupted_transaction(self):
        root = self.directory / "machine"
        self.prepare(root)
        scenario, was = self.interrupted(root)
        told = self.boot(root)
        recovery, target = told["minipkg-recover.service"], told["sysinit.target"]
        self.assertEqual((recovery["Result"], recovery["ActiveState"]), ("success", "active"))
        self.assertGreater(int(recovery["ActiveEnterTimestampMonotonic"]), 0)
        self.assertLess(int(recovery["ActiveEnterTimestampMonotonic"]), int(target["ActiveEnterTimestampMonotonic"]))
        self.assertEqual(snapshot.differences(was, installed(root)), [])
        self.assertFalse((root / "var/lib/minipkg/lock").exists())
        self.assertFalse((root / ".minipkg").exists())
        history = json.loads(scenario.run(["--dry-run", "history", "--json"], root).stdout)
        self.assertEqual([one["outcome"] for one in history["transactions"]], ["undone", "done"])


def installed(root):
    """Where the package is: a machine that starts writes elsewhere."""
    return snapshot.snapshot(f"{root}/opt")


if __name__ == "__main__":
    unittest.main()
