# SPDX-License-Identifier: MIT
"""The forms of needs-restart that are more than text: on a terminal, watching, for a monitoring system."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

from support.live import LiveTest

LONG = 60  # seconds until a test gives up waiting
CLEAR = "\033[H\033[2J"


class Listener:
    """A command whose output is read as it comes, from a pipe or from a terminal."""

    def __init__(self, test, command, columns=None, environment=None):
        if columns is None:
            self.reading, writing = os.pipe()
        else:
            self.reading, writing = pty.openpty()
            fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        self.test, self.text = test, ""
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.DEVNULL,
                                        env=environment)
        os.close(writing)
        test.addCleanup(self.end)

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.reading)

    def read_on(self, timeout):
        """False at the end, or if nothing comes."""
        if not select.select([self.reading], [], [], timeout)[0]:
            return False
        try:
            more = os.read(self.reading, 65536)
        except OSError:  # a terminal that nobody writes to any more
            return False
        self.text += more.decode(errors="backslashreplace").replace("\r\n", "\n")
        return bool(more)

    def hear(self, pattern):
        """What was said up to and with `pattern`; the rest stays."""
        end = time.monotonic() + LONG
        while not (found := re.search(pattern, self.text)):
            if time.monotonic() > end or (not self.read_on(1) and self.process.poll() is not None):
                self.test.fail(f"never heard {pattern!r}: {self.text!r}")
        heard, self.text = self.text[:found.end()], self.text[found.end():]
        return heard

    def all(self):
        while self.read_on(LONG):
            pass
        return self.text


class Forms(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()
        self.packages = [self.pack("libtest", f"{n}.0-1", {"/usr/lib/libtest.so": self.library(n)}) for n in (1, 2)]
        caller = self.pack("caller", "1.0-1", {"/usr/bin/caller": self.program_with_library("caller.c")})
        self.minipkg.install(self.packages[0], caller)

    def caller(self):
        process = self.start(self.root / "usr/bin/caller")
        self.assertIn(process.ask(1), "12")
        return process

    def listen(self, *arguments, **how):
        command = [self.minipkg.program, "--root", self.root, "needs-restart", *arguments]
        return Listener(self, [str(word) for word in command], **how)

    def test_watch_prints_what_changes_and_locks_nothing(self):
        process = self.caller()
        watch = self.listen("--watch", "0.1")
        watch.hear("Nothing is stale")
        self.minipkg.install(self.packages[1])
        self.assertIn("1.0-1 -> 2.0-1", watch.hear(rf"{process.pid}\t.*\n"))
        process.end()
        self.assertNotIn("\033", watch.hear("Nothing is stale.*\n"))
        time.sleep(0.5)
        watch.process.send_signal(signal.SIGINT)
        self.assertEqual(watch.process.wait(LONG), 128 + signal.SIGINT)
        self.assertEqual(watch.all(), "")  # and nothing while nothing changed

    def test_watch_ends_when_nobody_listens(self):
        process = self.caller()
        watch = self.listen("--watch", "0.1", "-p")
        time.sleep(0.3)
        os.close(watch.reading)
        watch.reading = os.open("/dev/null", os.O_RDONLY)
        self.minipkg.install(self.packages[1])
        self.assertEqual(watch.process.wait(LONG), 128 + signal.SIGPIPE)
        self.assertTrue(process.runs())

    def test_watch_on_a_terminal_clears_it(self):
        watch = self.listen("--watch=0.1", columns=80)
        self.assertTrue(watch.hear("Nothing is stale").startswith(CLEAR))
        process = self.caller()
        self.minipkg.install(self.packages[1])
        self.assertIn(CLEAR, watch.hear(rf"{process.pid}  .*\n"))
        watch.process.send_signal(signal.SIGTERM)
        self.assertEqual(watch.process.wait(LONG), 128 + signal.SIGTERM)

    def test_terminal_of_eighty_columns(self):
        """A user may call a program what he likes: no line is wider than the terminal, no word is lost."""
        self.caller()
        self.minipkg.install(self.packages[1])
        environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
        coloured = self.listen(columns=80, environment=environment).all()
        self.assertIn("\033[1mPID", coloured)
        plain = re.sub("\033\\[[0-9;]*m", "", coloured)
        self.assertIn("libtest 1.0-1 -> 2.0-1", plain)
        table = plain.split("\n\n")[0].splitlines()
        self.assertTrue(all(len(line) <= 80 for line in table), plain)
        narrow = self.listen(columns=30, environment={**environment, "NO_COLOR": "1"}).all()
        self.assertNotIn("\033", narrow)
        self.assertIn("libtest 1.0-1 -> 2.0-1", " ".join(narrow.split()))

    def test_width_by_the_environment_where_the_terminal_does_not_know(self):
        self.caller()
        self.minipkg.install(self.packages[1])
        narrow = self.listen(columns=0, environment={**os.environ, "COLUMNS": "24", "NO_COLOR": "1"}).all()
        self.assertNotIn("libtest 1.0-1 -> 2.0-1\n", narrow)
        self.assertIn("libtest 1.0-1 -> 2.0-1", " ".join(narrow.split()))

    def test_monitoring_plugin_tells_by_its_exit_status(self):
        complete = self.minipkg.needs_restart()["unreadable"] == 0
        told = self.minipkg.run("needs-restart", "--format", "nagios", status=0 if complete else 3)
        self.assertRegex(told.stdout, r"^NEEDS-RESTART (OK|UNKNOWN) - no old code is running.* \| processes=0;0;;0 .*\n$")
        self.caller()
        self.minipkg.install(self.packages[1])
        told = self.minipkg.run("needs-restart", "--format", "nagios", status=1)
        self.assertRegex(told.stdout, r"^NEEDS-RESTART WARNING - 1 process runs old code.* \| processes=1;0;;0 .*\n$")
        (self.root / "var/lib/minipkg/packages.db").write_text("no database")
        told = self.minipkg.run("needs-restart", "--format", "nagios", status=3)
        self.assertRegex(told.stdout, r"^NEEDS-RESTART UNKNOWN - cannot .*\n$")

    def test_process_numbers_and_units_for_scripts(self):
        processes = [self.caller(), self.caller()]
        self.minipkg.install(self.packages[1])
        told = self.minipkg.run("needs-restart", "-p", status=1).stdout
        self.assertEqual(told, "".join(f"{pid}\n" for pid in sorted(process.pid for process in processes)))
        self.assertNotIn(" ", self.minipkg.run("needs-restart", "-s", status=1).stdout)

    def test_openmetrics_of_real_processes(self):
        self.caller()
        self.minipkg.install(self.packages[1])
        text = self.minipkg.run("needs-restart", "--format", "openmetrics", status=1).stdout
        self.assertIn('minipkg_stale_processes{finding="certain"} 1\n', text)
        self.assertRegex(text, r'minipkg_unit_stale_processes\{unit="[^"]*",.*package="libtest"\} 1\n')
        self.assertTrue(text.endswith("\n# EOF\n"))
        promtool = shutil.which("promtool")
        if promtool is None:
            self.skipTest("needs promtool, of Debian's package prometheus")
        checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_filter_by_user_and_unit(self):
        process = self.caller()
        self.minipkg.install(self.packages[1])
        old = (process, "libtest", "1.0-1", "2.0-1", "code")
        self.assertStale(self.minipkg.needs_restart("--user", "0"), old)
        (self.root / "etc").mkdir(exist_ok=True)
        (self.root / "etc/passwd").write_text("chief:x:0:0::/:/bin/sh\n")
        self.assertStale(self.minipkg.needs_restart("--user", "chief", "--user", "4000000"), old)
        self.assertNothingStale("--user", "4000000")
        self.assertNothingStale("--unit", "no-such-unit")
        unit = self.minipkg.needs_restart()["processes"][0].get("unit")
        if unit:
            self.assertStale(self.minipkg.needs_restart("--unit", unit.removesuffix(".service")), old)
