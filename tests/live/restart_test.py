# SPDX-License-Identifier: MIT
"""Upgrades in a machine that runs real services: who is named, and that `minipkg restart` gets them their new code."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.machine import Machine, why_not
from support.minipkg import pack, program

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
# Who loads it: sshd; systemd, its users' instances and most of its services; dbus-daemon.
SHARED = ("libz.so.1", "libcap.so.2", "libexpat.so.1")
SERVICE = "[Service]\nExecStart=/usr/bin/sleeper 100000\n"
UNITS = {
    "foo@.service": SERVICE,
    "keeper.service": SERVICE,
    # Comes up as long as /broken is not there.
    "fragile.service": SERVICE + "ExecStartPre=/bin/sh -c 'test ! -e /broken || { echo there is no way up; exit 3; }'\n",
    "ticker.service": SERVICE,
    "ticker.timer": "[Timer]\nOnActiveSec=0\nAccuracySec=1ms\n",
    "worker.service": SERVICE + "Type=oneshot\n",
    "worker.timer": "[Timer]\nOnActiveSec=0\nAccuracySec=1ms\n",
}
STARTED = ("foo@1.service", "foo@2.service", "keeper.service", "fragile.service", "ticker.timer", "worker.timer")
SERVICES = ("ssh.service", "foo@1.service", "foo@2.service", "fragile.service", "ticker.service")
ADA = ("--user", "--machine=ada@.host")


class Restart(unittest.TestCase):
    def setUp(self):
        if why := why_not():
            self.skipTest(why)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="minipkg-restart-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.machine = Machine(self.directory / "machine")
        self.packages = {version: self.make_packages(version) for version in ("1", "2", "3")}
        self.put_units()
        installed = subprocess.run([program(), "--root", str(self.machine.root), "--live", "install", "--overwrite",
                                    "*", *self.packages["1"]], capture_output=True, text=True)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        self.addCleanup(self.machine.stop)
        self.machine.start()
        self.machine.wait_until(self.everything_runs, "all services run")

    def make_packages(self, version):
        """The machine's own libraries, with other bytes behind their end in each version but the first."""
        root, more = self.machine.root, b"" if version == "1" else version.encode()
        libraries = {}
        for name in SHARED:
            real = (root / LIBRARIES[1:] / name).resolve()
            libraries[f"{LIBRARIES}/{real.name}"] = real.read_bytes() + more
        inside = root / "packages"
        inside.mkdir(exist_ok=True)
        tree = self.directory / f"sleeper-{version}"
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "usr/bin/sleeper").write_bytes((root / "usr/bin/sleep").read_bytes() + version.encode())
        (tree / "usr/bin/sleeper").chmod(0o755)
        hints = self.directory / "hints.json"
        hints.write_text(json.dumps({"restart": {"reboot": "soft-reboot",
                                                 "units": [{"name": "keeper.service", "action": "never"}]}}))
        sleeper = inside / f"sleeper-{version}.pkg.tar"
        subprocess.run([program(), "build", str(tree), "-o", str(sleeper), "--name", "sleeper", "--version", version,
                        "--arch", "noarch", "--manifest", str(hints), "-q"], check=True)
        return [str(sleeper), str(pack(inside, "libraries", f"{version}-1", libraries))]

    def put_units(self):
        for name, text in UNITS.items():
            self.machine.write(f"/etc/systemd/system/{name}", text)
        wants = self.machine.root / "etc/systemd/system/multi-user.target.wants"
        for name in STARTED:
            template = name.replace("@1", "@").replace("@2", "@")
            (wants / name).symlink_to(f"../{template}")
        subprocess.run(["chroot", str(self.machine.root), "useradd", "-m", "ada"], check=True, capture_output=True)
        self.machine.write("/var/lib/systemd/linger/ada", "")
        self.machine.write("/etc/systemd/user/mail.service", SERVICE)
        self.machine.write("/etc/systemd/user/default.target.wants/.keep", "")
        (self.machine.root / "etc/systemd/user/default.target.wants/mail.service").symlink_to("../mail.service")

    def everything_runs(self):
        return all(self.pids().values()) and self.machine.show("worker.service", "MainPID") != "0"

    def pids(self):
        """Main process of every service that will be restarted; "" for one that does not run."""
        shown = {unit: self.machine.show(unit, "MainPID") for unit in SERVICES}
        shown["mail.service"] = self.machine.show("mail.service", "MainPID", *ADA)
        return {unit: "" if pid == "0" else pid for unit, pid in shown.items()}

    def upgrade(self, version, *which):
        inside = ["/packages/" + pathlib.Path(file).name for file in self.packages[version]]
        upgraded = self.machine.minipkg("install", *[inside[n] for n in which or range(len(inside))])
        self.assertEqual(upgraded.returncode, 0, upgraded.stderr)

    def answer(self, *arguments, status):
        done = self.machine.minipkg(*arguments, "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def assert_nothing_is_stale_without_an_upgrade(self):
        self.assertEqual(self.answer("needs-restart", status=0)["processes"], [])
        self.assertEqual(self.answer("restart", status=0)["restarts"], [])

    def assert_remedies(self, report):
        remedies = {(each["kind"], each.get("unit")): each for each in report["remedies"]}
        for unit in SERVICES:
            self.assertEqual(remedies["restart_unit", unit]["manner"], "automatic", remedies)
        self.assertEqual(remedies["restart_user_unit", "mail.service"]["user"], "ada")
        self.assertEqual(remedies["reexec_manager", "init.scope"]["pids"], [1])
        self.assertEqual(remedies["reexec_user_manager", "user@1000.service"]["manner"], "automatic")
        for unit, why in (("dbus.service", "message bus"), ("keeper.service", "sleeper forbids"),
                          ("systemd-logind.service", "logged-in users")):
            self.assertEqual(remedies["restart_unit", unit]["manner"], "by_hand")
            self.assertIn(why, remedies["restart_unit", unit]["why"])
        self.assertEqual(report["remedies"][0]["kind"], "reexec_manager")
        self.assertEqual([each["package"] for each in report["reboot"]], ["sleeper"])
        self.assertEqual(report["reboot"][0]["wish"], "soft_reboot")
        placed = {each["placement"] if "placement" in each else each.get("unit") for each in report["processes"]}
        self.assertLessEqual({*SERVICES, "user@1000.service"}, placed)

    def assert_restarted(self, before, run):
        treated = {each.get("unit"): each for each in run["restarts"]}
        for unit in (*SERVICES, "mail.service", "init.scope"):
            self.assertEqual(treated[unit]["treatment"], "done", treated[unit])
        self.assertEqual(treated["worker.service"]["treatment"], "left")
        self.assertIn("ends by itself", treated["worker.service"]["why"])
        after = self.pids()
        for unit, pid in before.items():
            self.assertTrue(after[unit], f"{unit} does not run")
            self.assertNotEqual(after[unit], pid, f"{unit} was not restarted")
        left = self.answer("needs-restart", status=1)["remedies"]
        self.assertEqual({each["unit"] for each in left if each["manner"] == "automatic"}, {"worker.service"})
        self.assertLessEqual({"dbus.service", "keeper.service", "systemd-logind.service"}, {each["unit"] for each in left})

    def assert_failure_is_told(self):
        self.machine.write("/broken", "")
        self.upgrade("3", 0)
        for unit, why in (("nonsense", "nothing in it needs a restart"), ("dbus", "message bus")):
            refused = self.machine.minipkg("restart", "--unit", unit)
            self.assertEqual(refused.returncode, 3, refused.stderr)
            self.assertIn(why, refused.stderr)
        before = self.pids()
        failed = self.machine.minipkg("restart", "--unit", "fragile")
        self.assertEqual(failed.returncode, 9, failed.stdout + failed.stderr)
        self.assertIn("failed     fragile.service: it did not come up again", failed.stdout)
        self.assertIn("| there is no way up", failed.stdout)
        untouched = self.pids()
        self.assertEqual((untouched.pop("fragile.service"), before.pop("fragile.service") != ""), ("", True))
        self.assertEqual(untouched, before)
        self.assertEqual(self.machine.minipkg("restart", "--services").returncode, 0)
        self.assertNotEqual(self.pids()["foo@1.service"], before["foo@1.service"])
        self.assertEqual(self.pids()["mail.service"], before["mail.service"])

    def test_real_services(self):
        self.assert_nothing_is_stale_without_an_upgrade()
        self.upgrade("2")
        self.assert_remedies(self.answer("needs-restart", status=1))
        before = self.pids()
        planned = self.answer("restart", "-n", status=0)
        self.assertEqual(self.pids(), before)
        verbs = [next(word for word in command if word in ("daemon-reexec", "try-restart"))
                 for command in planned["commands"]]
        self.assertEqual(verbs, ["daemon-reexec", "try-restart"] * 2)
        self.assert_restarted(before, self.answer("restart", status=0))
        self.assert_failure_is_told()


if __name__ == "__main__":
    unittest.main()
