# SPDX-License-Identifier: MIT
"""What would stop a transaction half-way is found before the first change, and said with what to do."""
import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import unittest

from support import trace
from support.live import LiveTest
from support.mounts import Mounts, call, detach, need_mounts

DATABASES = "var/lib/minipkg"
MEBIBYTE = 1024 * 1024


def everything(root):
    """All there is to see of every inode below the root, change times included: whoever made something there and took
    it away again is found out. The databases' directory apart."""
    seen = {}
    for directory, names, files in os.walk(root):
        names[:] = [name for name in names if os.path.relpath(f"{directory}/{name}", root) != DATABASES]
        for path in [directory, *(f"{directory}/{name}" for name in files)]:
            info = os.lstat(path)
            seen[path] = (info.st_ino, info.st_mode, info.st_uid, info.st_gid, info.st_nlink, info.st_size,
                          info.st_mtime_ns, info.st_ctime_ns)
    return seen


def limit_blocks(where, user, kibibytes):
    """Sets a user's hard limit, quotactl(2)."""
    set_quota, user_quotas, block_limits = 0x800008, 0, 1
    device = call("findmnt", "--noheadings", "--output", "SOURCE", "--mountpoint", where).strip()
    quota = (ctypes.c_uint64 * 9)(kibibytes, 0, 0, 0, 0, 0, 0, 0, block_limits)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.quotactl(set_quota << 8 | user_quotas, device.encode(), user, ctypes.byref(quota)) != 0:
        raise OSError(ctypes.get_errno(), "quotactl")


class Obstacles(LiveTest):
    def setUp(self):
        super().setUp()
        self.mounts = Mounts(self)

    def first_installed(self, files=None):
        """A root with version 1 of a package; returns version 2, which replaces, removes and adds."""
        one = {"/usr/bin/tool": b"one", "/usr/lib/gone": b"gone", "/etc/tool.conf": b"same", **(files or {})}
        self.minipkg.install(self.pack("tool", "1", one))
        two = {**one, "/usr/bin/tool": b"two", "/usr/share/tool/new": b"new"}
        del two["/usr/lib/gone"]
        return self.pack("tool", "2", two)

    def assertRefused(self, *arguments, says, status=3):
        """That a command is refused, in so many words, having changed nothing outside of the databases' directory,
        and nothing at all where there was no such directory; and a dry run says the same."""
        new = not os.path.exists(f"{self.root}/{DATABASES}")
        before = everything(self.root)
        dry = self.minipkg.run(*arguments, "--dry-run", status=status)
        log = self.scratch / "trace"
        trace.under_strace(self, self.minipkg, "-y", "-o", log)
        done = self.minipkg.run(*arguments, status=status)
        self.minipkg.prefix = []
        self.assertEqual(done.stderr, dry.stderr)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr)
        self.assertEqual(everything(self.root), before)
        calls = [(name, path) for name, path in trace.changes_in(self.root, log)
                 if new or not path.startswith(f"{self.root}/{DATABASES}")]
        self.assertEqual(calls, [])
        return done

    def refusal(self, *arguments, status=3):
        """The problems as JSON."""
        return json.loads(self.minipkg.run(*arguments, "--json", "--dry-run", status=status).stdout)["problems"]

    @contextlib.contextmanager
    def attribute(self, letter, path):
        """chattr +letter for the time of a `with`."""
        done = subprocess.run(["chattr", f"+{letter}", str(path)], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"chattr +{letter} is not possible here")
        try:
            yield
        finally:
            call("chattr", f"-{letter}", path)

    # ---- inodes that cannot be changed

    def test_immutable_and_append_only(self):
        self.need_root()
        two = self.first_installed()
        for path, command in [("/usr/bin/tool", ("install", two)), ("/usr/lib/gone", ("install", two)),
                              ("/usr/lib", ("install", two)), ("/etc", ("remove", "tool")),
                              ("/", ("install", two))]:
            for letter in "ia":
                with self.subTest(path=path, letter=letter), self.attribute(letter, f"{self.root}{path}"):
                    self.assertRefused(*command, says=f"hint: chattr -{letter} '{path}'")
        with self.attribute("i", f"{self.root}/etc"):
            self.minipkg.install(two)  # nothing in /etc changes

    def test_attributes_of_an_immutable_file(self):
        self.need_root()
        self.first_installed()
        path = self.root / "etc/tool.conf"
        path.chmod(0o600)
        one = {"/usr/bin/tool": b"one", "/usr/lib/gone": b"gone", "/etc/tool.conf": b"same"}
        again = self.pack("tool", "1", one)
        with self.attribute("i", path):
            self.assertRefused("install", "--reinstall", again, says="chattr -i '/etc/tool.conf'")

    def test_mounted_over(self):
        need_mounts()
        two = self.first_installed()
        other = self.scratch / "other"
        other.write_text("other")
        target = self.root / "usr/bin/tool"
        self.mounts.bind(other, target)
        self.assertRefused("install", two, says=["cannot change '/usr/bin/tool': something is mounted on it",
                                                 "umount '/usr/bin/tool'"])
        self.assertRefused("remove", "tool", says="'/usr/bin/tool'")
        detach(target)
        self.minipkg.install(two)

    def test_mount_inside_a_directory_that_becomes_a_file(self):
        need_mounts()
        self.minipkg.install(self.pack("turn", "1", {"/opt/a/sub/file": b"1"}))
        self.mounts.tmpfs(self.root / "opt/a/sub")
        two = self.pack("turn", "2", {"/opt/a": b"2"})
        self.assertRefused("install", two, says="cannot change '/opt/a/sub': something is mounted on it")
        detach(self.root / "opt/a/sub")
        self.minipkg.install(two)

    def test_mounted_directory_that_should_go_stays(self):
        need_mounts()
        self.minipkg.install(self.pack("tool", "1", {"/opt/data/x": b"1"}))
        os.unlink(self.root / "opt/data/x")
        self.mounts.tmpfs(self.root / "opt/data")
        self.minipkg.run("remove", "tool")
        self.assertTrue((self.root / "opt/data").is_dir())

    def test_active_swap_file(self):
        need_mounts("ext4")
        self.mounts.fresh("ext4", self.root, 32)
        two = self.first_installed({"/usr/lib/a swap": b"\0" * MEBIBYTE})
        swap = self.root / "usr/lib/a swap"
        swap.chmod(0o600)
        call("mkswap", swap)
        done = subprocess.run(["swapon", str(swap)], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("swapon is not possible here")
        self.addCleanup(subprocess.run, ["swapoff", str(swap)], check=False, stderr=subprocess.DEVNULL)
        self.assertRefused("install", two, says=["'/usr/lib/a swap': it is an active swap file",
                                                 "hint: swapoff '/usr/lib/a swap' first"])
        self.assertRefused("remove", "tool", says="swapoff '/usr/lib/a swap' first")
        call("swapoff", swap)
        self.minipkg.run("remove", "tool")

    def test_running_program_does_not_matter(self):
        shutil.copy(shutil.which("sleep"), self.scratch / "sleep")
        one = self.pack("tool", "1", {"/usr/bin/sleep": self.scratch / "sleep"})
        self.minipkg.install(one)
        running = self.start(self.root / "usr/bin/sleep", "60")
        self.minipkg.install(self.pack("tool", "2", {"/usr/bin/sleep": b"two"}))
        self.assertTrue(running.runs())
        self.minipkg.run("remove", "tool")

    # ---- file systems

    def test_read_only(self):
        need_mounts()
        two = self.first_installed()
        for place in ("/usr", "/"):
            at = f"{self.root}{place}".rstrip("/")
            with self.subTest(place=place):
                self.mounts.bind(at, at)
                call("mount", "-o", "remount,bind,ro", at)
                self.assertRefused("install", two, status=8, says=[
                    f"cannot change '{place}': the file system mounted at '{at}' is read-only",
                    f"hint: mount -o remount,rw '{at}'"])
                detach(at)
        self.minipkg.install(two)

    def test_read_only_databases(self):
        need_mounts()
        two = self.first_installed()
        at = self.root / DATABASES
        self.mounts.bind(at, at)
        call("mount", "-o", "remount,bind,ro", at)
        self.assertRefused("install", two, status=8, says=f"mounted at '{at}' is read-only")
        detach(at)

    def test_read_only_where_nothing_happens(self):
        need_mounts()
        self.mounts.tmpfs(self.root / "usr")
        self.mounts.tmpfs(self.root / "var")
        self.mounts.bind(self.root, self.root)
        self.mounts.tmpfs(self.root / "usr")
        self.mounts.tmpfs(self.root / "var")
        call("mount", "-o", "remount,bind,ro", self.root)
        self.minipkg.install(self.pack("tool", "1", {"/usr/bin/tool": b"one"}))
        self.assertEqual((self.root / "usr/bin/tool").read_bytes(), b"one")

    def test_not_enough_blocks(self):
        for kind in ("tmpfs", "ext4", "xfs", "btrfs"):
            with self.subTest(kind=kind):
                root = self.root / kind
                self.small_root(kind, root)
                free = os.statvfs(root)
                size = free.f_bfree * free.f_frsize + MEBIBYTE
                archive = self.pack("big", "1", {"/usr/share/big": self.sparse(size)})
                self.assertRefused("install", archive, says=["the transaction needs", "more than the", "are free"])
                problem = self.refusal("install", archive)[0]
                self.assertEqual((problem["kind"], problem["path"]), ("no_space", "/"))
                self.assertGreater(problem["needed"], size)
                self.assertLessEqual(problem["free"], free.f_bfree * free.f_frsize)

    def test_what_fits_is_installed(self):
        """The estimate is no excuse: with a tenth of the file system to spare it lets pass, and it is enough."""
        for kind in ("tmpfs", "ext4", "xfs", "btrfs"):
            with self.subTest(kind=kind):
                root = self.root / kind
                self.small_root(kind, root)
                free = os.statvfs(root)
                size = free.f_bavail * free.f_frsize * (3 if kind == "btrfs" else 8) // 10
                self.minipkg.install(self.pack("big", "1", {"/usr/share/big": self.sparse(size)}))
                # The old file stays until the new one is there: no room for both.
                if kind != "btrfs":
                    self.assertRefused("install", self.pack("big", "2", {"/usr/share/big": self.sparse(size, b"2")}),
                                       says="more than the")
                self.minipkg.run("remove", "big")

    def test_not_enough_inodes(self):
        self.mounts.tmpfs(self.root, "size=16m,nr_inodes=40,mode=755")
        archive = self.pack("many", "1", {f"/usr/share/{n}": b"" for n in range(100)})
        self.assertRefused("install", archive, says=["inodes", "more than the", "are free"])
        problem = self.refusal("install", archive)[0]
        self.assertEqual(problem["kind"], "no_inodes")
        self.assertGreater(problem["needed"], 100)
        self.minipkg.install(self.pack("many", "2", {f"/usr/share/{n}": b"" for n in range(5)}))

    def test_full_file_system_of_the_databases(self):
        need_mounts()
        two = self.first_installed()
        shutil.copytree(self.root / "var", self.scratch / "var")
        self.mounts.tmpfs(self.root / "var", "size=400k,mode=755")
        shutil.copytree(self.scratch / "var", self.root / "var", dirs_exist_ok=True)
        with contextlib.suppress(OSError), open(self.root / "var/filler", "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        self.assertRefused("install", two, says="cannot store on the file system of '/var'")
        os.unlink(self.root / "var/filler")

    def test_every_file_system_is_told(self):
        self.mounts.tmpfs(self.root, "size=1m,mode=755")
        self.mounts.tmpfs(self.root / "usr", "size=1m,mode=755")
        archive = self.pack("big", "1", {"/usr/big": self.sparse(3 * MEBIBYTE), "/opt/big": self.sparse(2 * MEBIBYTE)})
        self.assertRefused("install", archive, says=["file system of '/'", "file system of '/usr'"])

    def small_root(self, kind, root):
        if kind == "tmpfs":
            self.mounts.tmpfs(root)
        else:
            self.mounts.fresh(kind, root)
        self.root, self.minipkg.root = root, str(root)

    def sparse(self, size, first=b"1"):
        """A file of this size for a package."""
        path = self.scratch / f"sparse-{size}-{first.decode()}"
        with open(path, "wb") as file:
            file.write(first)
            file.truncate(size)
        self.addCleanup(path.unlink)
        return path

    # ---- limits and names

    def test_file_size_limit(self):
        big = self.pack("big", "1", {"/usr/share/big": self.sparse(3 * MEBIBYTE)})
        self.minipkg.prefix = ["prlimit", f"--fsize={2 * MEBIBYTE}:{2 * MEBIBYTE}"]
        done = self.minipkg.run("install", big, status=3)
        self.assertIn("cannot write '/usr/share/big': its 3.0 MiB are more than the 2.0 MiB", done.stderr)
        self.assertIn("ulimit -f", done.stderr)
        self.assertEqual(os.listdir(self.root), [])

    def test_file_size_limit_does_not_kill(self):
        """Whatever was not foreseen is an error that is undone, not a signal."""
        self.first_installed()
        before = everything(self.root)
        self.minipkg.prefix = ["prlimit", "--fsize=4096:4096"]
        done = self.minipkg.run("remove", "tool", status=3)
        self.assertIn(f"/{DATABASES}/", done.stderr)
        self.assertEqual(everything(self.root), before)

    def test_name_to_save_an_edited_file_is_too_long(self):
        name = "/etc/" + "n" * 250
        self.minipkg.install(self.pack("long", "1", {name: b"one"}))
        (self.root / name[1:]).write_text("edited")
        self.assertRefused("install", self.pack("long", "2", {name: b"two"}),
                           says=["its name has 263 bytes, and the file system takes 255", "move the edited file away"])

    # ---- everything at once

    def test_all_obstacles_in_one_answer(self):
        need_mounts()
        two = self.first_installed()
        (self.root / "usr/share/tool").mkdir(parents=True)
        (self.root / "usr/share/tool/new").write_text("mine")
        other = self.scratch / "other"
        other.write_text("other")
        self.mounts.bind(other, self.root / "usr/lib/gone")
        with self.attribute("i", self.root / "usr/bin/tool"):
            self.assertRefused("install", two, says=["chattr -i '/usr/bin/tool'", "umount '/usr/lib/gone'",
                                                     "no package owns is in the way\n  /usr/share/tool/new"])

    # ---- ordinary users

    def test_ordinary_user_on_a_foreign_root(self):
        self.need_root()
        two = self.first_installed()
        self.minipkg.prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        os.chmod(self.directory, 0o755)
        before = everything(self.root)
        done = self.minipkg.run("install", two, status=8)
        self.assertIn("this user may not write to them", done.stderr)
        self.assertIn("hint: run minipkg as root", done.stderr)
        self.assertEqual(everything(self.root), before)

    def test_quota_of_an_ordinary_user(self):
        need_mounts("ext4")
        try:
            self.mounts.fresh("ext4", self.root, 32, mkfs=["-O", "quota"])
        except unittest.SkipTest:
            self.skipTest("this kernel has no quotas on ext4")
        os.chown(self.root, 65534, 65534)
        limit_blocks(self.root, 65534, 1024)
        self.minipkg.prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        archive = self.pack("big", "1", {"/usr/share/big": self.sparse(3 * MEBIBYTE)})
        done = self.minipkg.run("install", archive, status=3)
        self.assertIn("the quota of this user leaves", done.stderr)
        self.assertEqual(sorted(os.listdir(self.root)), ["lost+found"])
