# SPDX-License-Identifier: MIT
"""Writers beside writers, readers beside writers, and people who may not write beside both."""
import contextlib
import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from faults import failing_calls_test as failing
from faults import snapshot, sweep
from support.minipkg import pack, program

READER = os.environ.get("MINIPKG_READER", "")
NOBODY = 65534
LOCKED = 7
# SQLite's lock bytes, https://www.sqlite.org/fileformat2.html#the_lock_byte_page: first byte, length
PENDING, RESERVED, SHARED = (0x40000000, 1), (0x40000001, 1), (0x40000002, 510)


def need_root(test):
    if os.geteuid() != 0:
        test.skipTest("needs root: acts as another user")


class TwoWriters(failing.FaultTest):
    def setUp(self):
        super().setUp()
        self.scenario = self.upgrade()

    def start(self, root, *options):
        return subprocess.Popen([program(), "--root", str(root), *options, *self.scenario.command],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stopped_writer(self):
        """A root whose writer stands still with the lock in its hands."""
        for _ in range(50):
            root = self.scenario.fresh()
            writer = self.start(root)
            lock = root / snapshot.STATE / "lock"
            while writer.poll() is None and not (lock.exists() and lock.stat().st_size):
                pass
            with contextlib.suppress(ProcessLookupError):
                writer.send_signal(signal.SIGSTOP)
            if writer.poll() is None and lock.exists():
                self.addCleanup(writer.communicate)
                self.addCleanup(writer.kill)
                return root, writer
            writer.communicate()
        self.fail("no writer was ever met at work")

    def assertOld(self, root):
        self.assertEqual(snapshot.differences(self.scenario.old, snapshot.snapshot(root)), [])

    def assertNew(self, root):
        self.assertEqual(snapshot.differences(self.scenario.new, snapshot.snapshot(root), self.scenario.since), [])
        self.assertEqual(self.scenario.listed(root), self.scenario.versions[1])
        self.assertEqual(sorted(os.listdir(root / snapshot.STATE)), ["packages.db", "state.db"])

    def test_second_writer_names_the_first(self):
        root, writer = self.stopped_writer()
        second = self.scenario.run(self.scenario.command, root, check=False)
        self.assertEqual(second.returncode, LOCKED, second.stderr)
        self.assertIn(f"held by pid {writer.pid} (", second.stderr)
        self.assertIn(f"{self.scenario.command[-1]})", second.stderr)

    def test_second_writer_waits(self):
        root, writer = self.stopped_writer()
        second = self.start(root, "--lock-wait", "300")
        with self.assertRaises(subprocess.TimeoutExpired):
            second.wait(1)
        writer.send_signal(signal.SIGCONT)
        for one in writer, second:
            self.assertEqual(one.wait(300), 0, one.stderr.read())
        second.stderr.close()
        self.assertNew(root)

    def test_a_killed_holder_holds_nothing(self):
        root, writer = self.stopped_writer()
        writer.kill()
        writer.wait()
        done = self.scenario.run(self.scenario.command, root, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNew(root)

    def test_many_writers(self):
        """All succeed, none is lost, and history tells each of them."""
        writers, transactions = (10, 20) if sweep.FULL else (4, 4)
        root = self.scenario.fresh()
        files = {(w, t): str(pack(self.directory, f"writer{w}", t, {f"/opt/writer{w}/file": b"%d" % t}))
                 for w in range(writers) for t in range(transactions)}
        wrong = []

        def write(w):
            for t in range(transactions):
                done = self.scenario.run(["--lock-wait", "3000", "install", files[w, t]], root, check=False)
                if done.returncode != 0:
                    wrong.append(f"{done.returncode}: {done.stderr}")

        threads = [threading.Thread(target=write, args=(w,)) for w in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        expected = [self.scenario.versions[0]] + [f"writer{w}\t{transactions - 1}\tnoarch\n" for w in range(writers)]
        self.assertEqual(self.scenario.listed(root), "".join(expected))
        told = json.loads(self.scenario.run(["history", "--json"], root).stdout)["transactions"]
        self.assertEqual({one["outcome"] for one in told}, {"done"})
        self.assertEqual(len(told), 1 + writers * transactions)
        self.scenario.run(["verify"], root)


class Readers(failing.FaultTest):
    """Readers never fail, and see what was or what is."""

    def setUp(self):
        super().setUp()
        if not READER:
            self.skipTest("MINIPKG_READER names no reader")

    def answers(self, root, rounds, uid=0):
        done = subprocess.run([READER, str(root), str(rounds), str(uid), self.new], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = {}
        for line in done.stdout.splitlines():
            question, _, answer = line.split("\t")
            answers.setdefault(question, set()).add(answer)
        return answers

    def allowed(self, scenario, users):
        """What each question is answered at rest, before and after."""
        allowed = {}
        for root in scenario.ground.base, scenario.finished():
            for uid in users:
                for question, answers in self.answers(root, 1, uid).items():
                    allowed.setdefault(question, set()).update(answers)
        # One transaction may be under way; an offline root has a history only as long as one is.
        allowed["history"] |= {"open of 1; ", "done of 1; ", "open of 1; done of 1; "}
        return allowed

    def read_while_writing(self, scenario, back):
        """7 or 8 questions a round; transactions to and fro until the readers are done and enough have been."""
        readers, rounds, transactions = (5, 286, 200) if sweep.FULL else (2, 72, 20)
        root = scenario.fresh()
        os.chmod(self.directory, 0o755)
        wrong, seen = [], {}

        def read(uid):
            try:
                for question, answers in self.answers(root, rounds, uid).items():
                    seen.setdefault(question, set()).update(answers)
            except AssertionError as error:
                wrong.append(str(error))

        users = [NOBODY if n % 2 and os.geteuid() == 0 else os.geteuid() for n in range(readers)]
        threads = [threading.Thread(target=read, args=(uid,)) for uid in users]
        for thread in threads:
            thread.start()
        written = 0
        while written < transactions or any(thread.is_alive() for thread in threads):
            scenario.run(back if written % 2 else scenario.command, root)
            written += 1
        print(f"\n{readers * rounds * 7} reads, {written} transactions", file=sys.stderr)
        self.assertEqual(wrong, [])
        for question, answers in self.allowed(scenario, set(users)).items():
            self.assertEqual(seen[question] - answers, set(), question)

    def test_live_root(self):
        back = ["install", "--allow-special", "--allow-downgrade", self.old]
        self.read_while_writing(self.upgrade(), back)

    def test_offline_root(self):
        """Its databases come and go with each transaction."""
        scenario = sweep.Scenario(
            self.directory, [["--offline", "install", "--allow-special", self.old]],
            ["--offline", "install", "--allow-special", self.new], ["app\t1-1\tnoarch\n", "app\t2-1\tnoarch\n"])
        self.read_while_writing(scenario, ["--offline", "install", "--allow-special", "--allow-downgrade", self.old])


class OrdinaryUsers(failing.FaultTest):
    """Somebody who may read the databases, and means ill."""

    def setUp(self):
        super().setUp()
        need_root(self)
        os.chmod(self.directory, 0o755)

    def as_nobody(self, work):
        """Runs `work` in a process of another user, which stands by until the test ends. Returns its pid."""
        told, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            try:
                kept = work()
                os.write(tell, b"y" if kept is not None else b"n")
            except OSError as error:
                os.write(tell, error.strerror.encode())
            while True:
                signal.pause()
        os.close(tell)
        self.addCleanup(os.waitpid, pid, 0)
        self.addCleanup(os.kill, pid, signal.SIGKILL)
        with os.fdopen(told, "rb") as pipe:
            # The child keeps its end open: one read.
            return pid, os.read(pipe.fileno(), 100).decode()

    def test_he_holds_a_lock_on_a_database(self):
        scenario = self.upgrade()
        cases = []
        for name in ("packages.db", "state.db"):
            for start, length in (SHARED, RESERVED, PENDING):
                root = scenario.fresh(f"locked-{len(cases)}")

                def lock(path=root / snapshot.STATE / name, start=start, length=length):
                    fd = os.open(path, os.O_RDONLY)
                    fcntl.fcntl(fd, fcntl.F_SETLK, struct.pack("hhqqi", fcntl.F_RDLCK, os.SEEK_SET, start, length, 0))
                    return fd

                pid, told = self.as_nobody(lock)
                self.assertEqual(told, "y")
                running = subprocess.Popen([program(), "--root", str(root), *scenario.command],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                           text=True)
                cases.append((f"{name} {start:x}", root, pid, running))
        for case, root, pid, running in cases:
            with self.subTest(case):
                complaint = running.communicate()[1]
                self.assertEqual(running.returncode, LOCKED, complaint)
                self.assertIn(f"pid {pid} (", complaint)
                self.assertEqual(snapshot.differences(scenario.old, snapshot.snapshot(root)), [])
                self.assertEqual(sweep.areas(root), [])
                os.kill(pid, signal.SIGKILL)
                scenario.judge(table := failing.Table(case), case, root)
                self.assertEqual(table.failures(), 0, table.examples)

    def test_he_takes_locks_that_are_none(self):
        """flock on whatever he can open keeps nobody from anything."""
        scenario = self.upgrade()
        root = scenario.fresh()

        def lock():
            kept = [os.open(root / snapshot.STATE / name, os.O_RDONLY) for name in (".", "packages.db", "state.db")]
            for fd in kept:
                fcntl.flock(fd, fcntl.LOCK_EX)
            return kept

        self.assertEqual(self.as_nobody(lock)[1], "y")
        done = scenario.run(scenario.command, root, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_he_cannot_take_the_writers_lock(self):
        test = TwoWriters("stopped_writer")
        test.scenario, test._cleanups = self.upgrade(), self._cleanups
        root, writer = test.stopped_writer()
        lock = root / snapshot.STATE / "lock"
        descriptors = f"/proc/{writer.pid}/fd"
        mine = [f"{descriptors}/{fd}" for fd in os.listdir(descriptors) if os.readlink(f"{descriptors}/{fd}") == str(lock)]
        self.assertEqual(len(mine), 1)
        for path in str(lock), *mine:
            for flags in os.O_RDONLY, os.O_RDWR:
                self.assertEqual(self.as_nobody(lambda p=path, f=flags: os.open(p, f))[1], "Permission denied")
        writer.kill()
        writer.wait()
        os.unlink(lock)
        self.assertEqual(self.as_nobody(lambda: os.open(lock, os.O_CREAT | os.O_RDWR, 0o666))[1], "Permission denied")

    def test_he_asks_while_a_transaction_lies_there_killed(self):
        """An answer, or whom to ask: never a mixture, never riddles."""
        scenario = self.upgrade()
        chosen, offset = sweep.points(scenario.total())
        answered = 0
        for point in chosen if sweep.FULL else chosen[::2]:
            root = scenario.killed(point)
            for question in ["list"], ["history"], ["needs-restart"]:
                done = scenario.run(question, root, check=False, wrap=["setpriv", "--reuid", str(NOBODY), "--clear-groups"])
                where = f"{question} at {point}, offset {offset}: {done.stdout}{done.stderr}"
                self.assertIn(done.returncode, (0, 8), where)
                if done.returncode:
                    self.assertIn("run 'minipkg recover' as root", done.stderr, where)
                elif question == ["list"]:
                    self.assertIn(done.stdout, scenario.versions, where)
                    answered += 1
        self.assertGreater(answered, 0)


if __name__ == "__main__":
    unittest.main()
