# SPDX-License-Identifier: MIT
"""A signal arrives at every mutating call of a transaction: undone, or finished."""
import itertools
import os
import pty
import signal
import subprocess
import time
import unittest

from faults import failing_calls_test as failing
from faults import snapshot, sweep
from support.minipkg import program


class Signalled(failing.Failing):
    def judge_words(self, table, point, done):
        """Undone with the status that shells know, or finished."""
        if done.returncode not in (0, 128 + self.number) or failing.SANITIZER.search(done.stderr):
            table.count("wrong exit", point, f"{done.returncode}: {done.stderr.strip()[-600:]}")


class Signals(failing.FaultTest):
    def setUp(self):
        super().setUp()
        self.scenario = self.upgrade()

    def sweep_signals(self, mode, names, sparse):
        judge, tables = Signalled(self.scenario), {}
        chosen, offset = sweep.points(self.scenario.total())
        chosen = chosen if sweep.FULL else chosen[::sparse]
        rotating = itertools.cycle(names)
        for point in chosen:
            for name in names if sweep.FULL else [next(rotating)]:
                judge.number = getattr(signal, name)
                table = tables.setdefault(name, failing.Table(f"{mode} {name}"))
                judge.at(table, [mode, point, int(judge.number)], point)
        self.conclude(tables, offset)

    def test_once(self):
        self.sweep_signals("signal", ["SIGINT", "SIGTERM", "SIGHUP"], sparse=2)

    def test_impatient(self):
        """Again and again: it is heard once and changes nothing any more."""
        self.sweep_signals("signal-from", ["SIGINT", "SIGTERM"], sparse=3)

    def judge(self, root, status, asked):
        """Old or new at once, as the exit status says."""
        self.assertIn(status, (0, *asked))
        done = status in (0, 9)
        expected, since = (self.scenario.new, self.scenario.since) if done else (self.scenario.old, None)
        self.assertEqual(snapshot.differences(expected, snapshot.snapshot(root), since), [])
        self.assertEqual(self.scenario.listed(root), self.scenario.versions[1 if done else 0])
        self.assertEqual(sweep.areas(root), [])

    def start(self, root, **how):
        return subprocess.Popen([program(), "--root", str(root), *self.scenario.command], stdin=subprocess.DEVNULL, **how)

    def test_closed_terminal(self):
        """The kernel hangs up on it in the middle of its messages."""
        statuses = set()
        for delay in range(0, 200, 10 if sweep.FULL else 40):
            root = self.scenario.fresh()
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(program(), [program(), "--root", str(root), "--progress", "always", *self.scenario.command])
            os.read(terminal, 1)  # it begins with the plan
            time.sleep(delay / 1000)
            os.close(terminal)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            statuses.add(status)
            self.judge(root, status, [129, 4])  # 4: the plan could not be shown any more
        self.assertTrue(statuses)

    def test_nobody_reads_what_it_says(self):
        reader, writer = os.pipe()
        os.close(reader)
        root = self.scenario.fresh()
        self.judge(root, self.start(root, stdout=writer, stderr=writer).wait(), [])
        os.close(writer)

    def test_what_it_says_cannot_be_written(self):
        """/dev/full: refused before the work where the plan cannot be shown; done, with a word, where the report is."""
        for options, expected in ([], 4), (["--quiet"], 0), (["--json"], 9):
            root = self.scenario.fresh()
            with open("/dev/full", "w", encoding="utf-8") as full:
                status = subprocess.run([program(), "--root", str(root), *options, *self.scenario.command], stdout=full,
                                        stderr=subprocess.PIPE, check=False).returncode
            self.assertEqual(status, expected, options)
            self.judge(root, status, [4, 9])

    def test_no_descriptors_at_all(self):
        """Started with 0, 1 and 2 closed; no file of it may take their numbers."""
        root = self.scenario.fresh()
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", program(), "--quiet", "--root", str(root)]
        self.judge(root, subprocess.run([*command, *self.scenario.command], check=False).returncode, [])

    def test_stopped_and_continued(self):
        root = self.scenario.fresh()
        running = self.start(root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None:
            running.send_signal(signal.SIGSTOP)
            time.sleep(0.002)
            running.send_signal(signal.SIGCONT)
            time.sleep(0.002)
        self.judge(root, running.returncode, [])


if __name__ == "__main__":
    unittest.main()
