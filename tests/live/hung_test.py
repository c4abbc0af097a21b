# SPDX-License-Identifier: MIT
"""A file server that never answers again does not stop needs-restart, and hides nobody but those that wait for it."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from support import mounts
from support.live import LiveTest


class DeadServer(LiveTest):
    """A FUSE file system whose server is stopped, and one stale process elsewhere."""

    def setUp(self):
        super().setUp()
        self.need_root()
        server = os.environ.get("MINIPKG_FAT_LIKE", "")
        if not server:
            self.skipTest("built without libfuse3: there is no file server to stop")
        store, self.remote = self.directory / "store", self.directory / "remote"
        store.mkdir()
        self.remote.mkdir()
        mounts.call(server, store, self.remote)
        self.server = self.server_of(self.remote)
        self.addCleanup(mounts.call, "umount", self.remote)
        self.addCleanup(os.kill, self.server, signal.SIGCONT)
        caller = self.program_with_library("caller.c")
        self.minipkg.install(self.pack("libtest", "1.0-1", {"/usr/lib/libtest.so": self.library(1)}),
                             self.pack("caller", "1.0-1", {"/usr/bin/caller": caller}))
        self.stale = self.start(self.root / "usr/bin/caller")
        self.assertEqual(self.stale.ask(1), "1")
        self.minipkg.install(self.pack("libtest", "2.0-1", {"/usr/lib/libtest.so": self.library(2)}))

    def server_of(self, mount):
        for stat in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if os.fsencode(str(mount)) in stat.read_bytes().split(b"\0"):
                    return int(stat.parent.name)
            except OSError:
                pass
        raise AssertionError("the file server has no process")

    def start_remote(self, source, *arguments, said):
        """A program that lies on the file server."""
        target = self.remote / source.removesuffix(".c")
        shutil.copy(self.compile(source, source.removesuffix(".c")), target)
        target.chmod(0o755)
        process = self.start(target, *arguments)
        self.assertEqual(process.heard(), said)
        return process

    def stop_server(self):
        # What was written there is not to be waited for at the end.
        subprocess.run(["sync", "-f", self.remote], check=True)
        os.kill(self.server, signal.SIGSTOP)

    def assertStillFound(self, *arguments, unreadable):
        report = self.minipkg.needs_restart(*arguments)
        self.assertStale(report, (self.stale, "libtest", "1.0-1", "2.0-1", "code"))
        self.assertGreaterEqual(report["unreadable"], unreadable)

    def test_program_and_library_on_it(self):
        code = self.remote / "code"
        code.write_bytes(b"x" * 8192)
        self.start_remote("mapper.c", code, said="mapped")
        self.start(self.compile("mapper.c", "mapper"), code).heard()
        self.stop_server()
        self.assertStillFound(unreadable=0)
        self.assertStillFound("--files", unreadable=0)

    def test_process_that_waits_for_it_uninterruptibly(self):
        code = self.remote / "code"
        code.write_bytes(b"x" * 8192)
        process = self.start(self.compile("toucher.c", "toucher"), code)
        self.assertEqual(process.heard(), "mapped")
        with open(code, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self.stop_server()
        process.running.stdin.write("go\n")
        self.wait_until_it_waits(process)
        self.assertStillFound(unreadable=0)

    def wait_until_it_waits(self, process):
        """Uninterruptibly: D."""
        while process.proc("stat").read_text().rsplit(")", 1)[1].split()[0] != "D":
            time.sleep(0.01)

    def test_working_directory_and_open_file_on_it(self):
        (self.remote / "file").write_bytes(b"x")
        holder = self.start("/bin/sh", "-c", f"cd {self.remote} && exec 7<file && echo ready && read line")
        self.assertEqual(holder.heard(), "ready")
        self.stop_server()
        self.assertStillFound("--files", unreadable=0)
