# SPDX-License-Identifier: MIT
"""The matrix: what looks like a replaced file and is none, and processes that are hardly there."""
import os
import pathlib
import signal
import subprocess

from support.matrix import MatrixTest, NOBODY


class Noise(MatrixTest):
    """Nothing is to be said of these; a witness sees to it that they are looked at."""

    def is_nothing(self, *words):
        self.put(1)
        process = self.start(self.actor(), *words)
        if process.running.stdout.readline() != "ready\n":
            self.skipTest(f"this kernel, or what confines the test, does not allow it: {words}")
        self.unaffected(process)
        self.witness()
        self.put(2)
        self.check("--files")
        return process

    def test_row_deleted_temporary_file(self):
        """deleted temporary file, mapped as code"""
        process = self.is_nothing("temporary", self.installed("/usr/lib/ffiA1b2C3"), "temporary", "/dev/shm/minipkg-#1")
        self.assertIn("ffiA1b2C3 (deleted)", process.proc("maps").read_text())

    def test_row_memfd(self):
        """memfd"""
        self.is_nothing("memfd", "libtest.so", "memfd", str(self.installed()))

    def test_row_dev_shm(self):
        """file in /dev/shm"""
        file = pathlib.Path(f"/dev/shm/minipkg-{os.getpid()}")
        file.write_bytes(bytes(4096))
        self.addCleanup(file.unlink)
        self.is_nothing("shared", file, "code", file)

    def test_row_system_v_shared_memory(self):
        """System V shared memory"""
        process = self.is_nothing("shm", "", "shm", "exec")
        self.assertIn("/SYSV00000000 (deleted)", process.proc("maps").read_text())

    def test_row_jit(self):
        """memory of a just-in-time compiler"""
        self.is_nothing("jit", "")

    def test_row_dev_zero(self):
        """/dev/zero"""
        process = self.is_nothing("zero", "/dev/zero")
        self.assertIn("/dev/zero (deleted)", process.proc("maps").read_text())

    def test_row_aio(self):
        """ring of asynchronous I/O"""
        process = self.is_nothing("aio", "")
        self.assertIn("/[aio] (deleted)", process.proc("maps").read_text())

    def test_row_perf(self):
        """buffer of perf events"""
        process = self.is_nothing("perf", "")
        self.assertIn("anon_inode:[perf_event]", process.proc("maps").read_text())

    def test_row_graphics(self):
        """mapped device whose node is gone, as of a graphics card"""
        # Of a real driver: shmem objects of this name, and its device. Here another device that can be mapped.
        node = self.scratch / "dri/card0"
        node.parent.mkdir()
        os.mknod(node, 0o660 | 0o020000, os.makedev(1, 5))
        self.put(1)
        process = self.act("zero", node, "memfd", "drm mm object", "memfd", "i915")
        self.unaffected(process)
        node.unlink()
        for name in (f"{node} (deleted)", "/memfd:drm mm object (deleted)"):
            self.assertIn(name, process.proc("maps").read_text())
        self.witness()
        self.put(2)
        self.check("--files")


class HardlyThere(MatrixTest):
    def test_row_zombie(self):
        """zombie of a stale program"""
        self.put(1)
        zombie = self.uses_library()
        os.kill(zombie.pid, signal.SIGKILL)
        self.wait_until(lambda: zombie.proc("stat").read_text().rsplit(")", 1)[1].split()[0] == "Z")
        self.unaffected(zombie)
        self.witness()
        self.put(2)
        self.check("--files")
        self.assertLooked(zombie.pid, scanned=0, unreadable=0)

    def assertLooked(self, pid, scanned, unreadable):
        report = self.minipkg.needs_restart("--pid", pid)
        self.assertEqual((report["processes"], report["scanned"], report["unreadable"]), ([], scanned, unreadable))

    def test_row_kernel_thread(self):
        """kernel threads"""
        is_kernel_thread = 0x00200000
        threads = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(stat.read_text(errors="replace").rsplit(")", 1)[1].split()[6]) & is_kernel_thread:
                    threads.append(int(stat.parent.name))
            except OSError:
                pass
        if not threads:
            self.skipTest("no kernel thread is to be seen from here")
        self.put(1)
        self.witness()
        self.put(2)
        self.unaffected(*threads[:3])
        self.check("--files")
        self.assertLooked(threads[0], scanned=0, unreadable=0)

    def test_row_short_lived(self):
        """processes that begin and end during the scan"""
        self.put(1)
        short = self.start("/bin/sh", "-c", "echo ready; while :; do /bin/true; (exec /bin/true); done")
        self.assertEqual(short.heard(), "ready")
        spawner = self.start("/usr/bin/python3", "-c", "import os, subprocess; print('ready', flush=True)\n"
                             "while os.getppid() > 1: subprocess.run(['/bin/true'], close_fds=False)")
        self.assertEqual(spawner.heard(), "ready")
        self.unaffected(short, spawner)
        self.witness()
        self.put(2)
        for _ in range(10):
            self.check("--files")

    def test_row_short_lived_and_stale(self):
        """stale processes that begin and end during the scan"""
        self.put(1)
        witness = self.witness()
        kept = self.scratch / "kept"
        os.link(self.installed(), kept)
        self.put(2)
        actor = self.actor()
        short = self.start("/bin/sh", "-c", f"echo ready; while :; do {actor} code {kept} </dev/null >&2; done",
                           stderr=subprocess.DEVNULL)
        self.assertEqual(short.heard(), "ready")
        for _ in range(10):
            report = self.minipkg.needs_restart("--files")
            found = {one["pid"]: one for one in report["processes"]}
            self.assertIn(witness.pid, found)
            self.assertNotIn(short.pid, found)
            self.assertEqual({one["command"] for one in found.values()}, {actor.name})
        self.unaffected(short)
        short.end()
        self.check("--files")

    def test_row_hundred_processes(self):
        """100 processes, no transaction"""
        self.put(1)
        for number in range(100):
            acts = [("code", self.installed()), ("data", self.installed()), ("open", self.installed()),
                    ("temporary", self.scratch / f"{number}"), ("memfd", "libtest.so"), ("jit", "")]
            user = self.as_user(NOBODY) if number % 10 == 0 else []
            words = [word for act in acts[:1 + number % 3] for word in act] if user else \
                    [word for act in acts[:1 + number % len(acts)] for word in act]
            self.unaffected(self.act(*words, before=user))
        self.check("--files")
        self.minipkg.run("needs-restart", status=0)
        # The same when something is on record, so that each of them is looked at.
        self.minipkg.install(self.pack("other", "1.0-1", {"/usr/lib/other.so": b"1" * 8192}))
        self.stale(self.act("code", self.installed("/usr/lib/other.so")), package="other").is_witness = True
        self.minipkg.install(self.pack("other", "2.0-1", {"/usr/lib/other.so": b"2" * 8192}))
        self.check("--files")
