# SPDX-License-Identifier: MIT
"""Files that minipkg did not replace: what an identity at a path decides, with the truth of each case stated."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap

from live import hung_test
from support.live import LiveTest
from support.minipkg import pack, program
from support.mounts import Mounts, call

NOBODY = 65534
LIBRARY = "/usr/lib/libdemo.so.1"
OLD, NEW = b"old" * 4096, b"new" * 4096
# What the scripts below begin with: map(path) as code, or as data.
MAPS = """
    import ctypes, mmap, os, sys, threading, time
    kept = []
    def map(path, code=True):
        fd = os.open(path, os.O_RDONLY)
        kept.append(mmap.mmap(fd, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | (mmap.PROT_EXEC if code else 0)))
        os.close(fd)
    def ready():
        print("mapped", flush=True)
        time.sleep(1000)
    libc = ctypes.CDLL(None, use_errno=True)
    def sure(result):
        if result == -1:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result
"""


class UnmanagedTest(LiveTest):
    """A root with a database of dpkg, in which /usr/lib/libdemo.so.1 belongs to libdemo."""

    def setUp(self):
        super().setUp()
        self.need_root()
        self.mapper = self.compile("mapper.c", "mapper", "-static")
        self.mounts = Mounts(self)
        self.fill(self.root)

    def fill(self, root):
        self.at = root
        self.minipkg.root = str(root)
        for directory in ("usr/lib", "usr/bin", "opt/app", "tmp", "var/lib/dpkg/info"):
            (root / directory).mkdir(parents=True)
        (root / "tmp").chmod(0o1777)
        shutil.copy(self.mapper, root / "usr/bin/mapper")
        self.write(LIBRARY, OLD)
        self.own({"libdemo": ("2.0-1", [LIBRARY, "/usr/lib/libdemo.so.1.3"]), "mapper": ("1:3-4", ["/usr/bin/mapper"])})

    def own(self, packages):
        """What dpkg says, all of it."""
        home = self.at / "var/lib/dpkg"
        shutil.rmtree(home / "info")
        (home / "info").mkdir()
        for name, (_, paths) in packages.items():
            (home / f"info/{name}.list").write_text("\n".join(["/.", "/usr", "/usr/lib", "/usr/bin", *paths, ""]))
        (home / "status").write_text("".join(
            f"Package: {name}\nStatus: install ok installed\nArchitecture: all\nVersion: {version}\n\n"
            for name, (version, _) in packages.items()))

    def write(self, path, content):
        (self.at / path.lstrip("/")).write_bytes(content)

    def replace(self, path, content=NEW):
        self.write(path + ".dpkg-new", content)
        (self.at / (path + ".dpkg-new").lstrip("/")).rename(self.at / path.lstrip("/"))

    def remove(self, path):
        (self.at / path.lstrip("/")).unlink()

    def maps(self, path=LIBRARY, prefix=()):
        """A process that maps a file of the root as code."""
        process = self.start(*prefix, self.mapper, self.at / path.lstrip("/"))
        self.assertEqual(process.heard(), "mapped")
        return process

    def script(self, text, *arguments, prefix=()):
        process = self.start(*prefix, sys.executable, "-c", textwrap.dedent(MAPS) + textwrap.dedent(text), *arguments)
        self.assertEqual(process.heard(), "mapped")
        return process

    def stale(self, process, *options):
        """What is told of this process: path below the root, package, version now, kind and use of each file."""
        report = self.minipkg.needs_restart("--pid", process.pid, *options)
        files = [file for found in report["processes"] for file in found["files"]]
        self.assertEqual({file["basis"] for file in files} - {"path"}, set())
        self.assertEqual({file["certainty"] for file in files} - {"confirmed"}, set())
        return [(file["path"].removeprefix(str(self.at)), file.get("package", ""), file.get("new_version", ""),
                 file["kind"], file["use"]) for file in files]

    def assertNothing(self, process, *options):
        self.assertEqual(self.stale(process, *options), [])
        self.assertEqual(self.stale(process, "--unmanaged", *options), [])

    def assertLibrary(self, process, *options, path=LIBRARY, kind="replaced", use="code"):
        self.assertEqual(self.stale(process, *options), [(path, "libdemo", "2.0-1", kind, use)])


class WhatHappensToAFile(UnmanagedTest):
    def test_library_replaced(self):
        process = self.maps()
        self.assertNothing(process)
        self.replace(LIBRARY)
        self.assertLibrary(process)
        self.assertLibrary(process, "--unmanaged")
        self.assertEqual(self.stale(process, "--managed"), [])
        self.assertNothing(self.maps())

    def test_executable_replaced(self):
        process = self.start(self.at / "usr/bin/mapper", self.at / LIBRARY[1:])
        self.assertEqual(process.heard(), "mapped")
        self.replace("/usr/bin/mapper", self.mapper.read_bytes() + b"new")
        self.assertEqual(self.stale(process), [("/usr/bin/mapper", "mapper", "1:3-4", "replaced", "executable")])

    def test_removed_and_made_anew(self):
        process = self.maps()
        self.remove(LIBRARY)
        self.write(LIBRARY, NEW)
        self.assertLibrary(process)

    def test_removed(self):
        process = self.maps()
        self.remove(LIBRARY)
        self.assertLibrary(process, kind="removed")

    def test_new_version_has_another_name(self):
        self.write("/usr/lib/libdemo.so.1.2", OLD)
        process = self.maps("/usr/lib/libdemo.so.1.2")
        self.remove("/usr/lib/libdemo.so.1.2")
        self.assertLibrary(process, path="/usr/lib/libdemo.so.1.2", kind="removed")

    def test_package_removed(self):
        process = self.maps()
        self.remove(LIBRARY)
        self.own({"other": ("1", [])})
        self.assertEqual(self.stale(process), [(LIBRARY, "", "", "removed", "code")])

    def test_package_removed_with_its_directory(self):
        (self.at / "usr/lib/demo").mkdir()
        self.write("/usr/lib/demo/plugin.so", OLD)
        process = self.maps("/usr/lib/demo/plugin.so")
        shutil.rmtree(self.at / "usr/lib/demo")
        self.assertEqual(self.stale(process), [])  # the directory was nobody else's: not told apart from a temporary one
        found = [("/usr/lib/demo/plugin.so", "", "", "removed", "code")]
        self.assertEqual(self.stale(process, "--unmanaged"), found)

    def test_old_inode_kept_by_a_hard_link(self):
        process = self.maps()
        os.link(self.at / LIBRARY[1:], self.at / "usr/lib/kept")
        other = self.maps("/usr/lib/kept")
        self.replace(LIBRARY)
        self.assertNothing(other)
        self.assertLibrary(process)
        both = self.minipkg.needs_restart("--pid", other.pid, "--pid", process.pid)
        self.assertEqual([found["pid"] for found in both["processes"]], [process.pid])

    def test_renamed_aside_has_a_name(self):
        process = self.maps()
        (self.at / LIBRARY[1:]).rename(self.at / "usr/lib/aside")
        self.write(LIBRARY, NEW)
        self.assertNothing(process)

    def test_same_bytes(self):
        process = self.maps()
        self.replace(LIBRARY, OLD)
        self.assertNothing(process)

    def test_same_size(self):
        process = self.maps()
        self.replace(LIBRARY, OLD[:-1] + b"!")
        self.assertLibrary(process)

    def test_same_inode_again(self):
        process = self.maps()
        os.link(self.at / LIBRARY[1:], self.at / "usr/lib/kept")
        self.remove(LIBRARY)
        os.link(self.at / "usr/lib/kept", self.at / LIBRARY[1:])
        self.assertNothing(process)

    def test_moved_and_linked_to(self):
        process = self.maps()
        os.link(self.at / LIBRARY[1:], self.at / "usr/lib/moved")
        self.remove(LIBRARY)
        os.symlink("/usr/lib/moved", self.at / LIBRARY[1:])
        (self.at / "usr/lib/there").symlink_to("moved")
        chrooted = self.start("chroot", self.at, "/usr/bin/mapper", "/usr/lib/there")
        self.assertEqual(chrooted.heard(), "mapped")
        self.assertNothing(chrooted)
        self.remove(LIBRARY)
        os.symlink("moved", self.at / LIBRARY[1:])
        self.assertNothing(process)

    def test_attributes_only(self):
        process = self.maps()
        (self.at / LIBRARY[1:]).chmod(0o600)
        os.utime(self.at / LIBRARY[1:], (1, 1))
        self.assertNothing(process)

    def test_two_upgrades(self):
        first = self.maps()
        self.replace(LIBRARY)
        second = self.maps()
        self.replace(LIBRARY, b"third" * 4096)
        third = self.maps()
        self.assertLibrary(first)
        self.assertLibrary(second)
        self.assertNothing(third)

    def test_data_is_information(self):
        process = self.script("map(sys.argv[1], code=False)\nready()", self.at / LIBRARY[1:])
        self.replace(LIBRARY)
        self.assertLibrary(process, use="data")

    def test_open_file_is_looked_at_if_asked(self):
        process = self.script("kept.append(open(sys.argv[1]))\nready()", self.at / LIBRARY[1:])
        self.replace(LIBRARY)
        self.assertNothing(process)
        self.assertLibrary(process, "--files", use="descriptor")

    def test_file_of_nobody_is_told_if_asked(self):
        self.write("/opt/app/plugin.so", OLD)
        process = self.maps("/opt/app/plugin.so")
        self.replace("/opt/app/plugin.so")
        self.assertEqual(self.stale(process), [])
        found = [("/opt/app/plugin.so", "", "", "replaced", "code")]
        self.assertEqual(self.stale(process, "--unmanaged"), found)

    def test_filter_by_package(self):
        process = self.maps()
        self.replace(LIBRARY)
        self.assertLibrary(process, "--pkg", "libdemo")
        self.assertEqual(self.stale(process, "--pkg", "other"), [])


class Names(UnmanagedTest):
    def test_name_that_really_ends_so(self):
        name = "/usr/lib/libdemo.so.1 (deleted)"
        self.write(name, b"odd" * 4096)
        process = self.maps(name)
        self.assertNothing(process)
        self.replace(name)
        self.assertEqual(self.stale(process, "--unmanaged"), [(name, "", "", "replaced", "code")])
        # Its neighbour, whose old inode is called like that.
        old = self.maps()
        self.replace(LIBRARY)
        self.assertLibrary(old)

    def test_odd_names(self):
        names = [b"with space", b"new\nline", b"back\\slash", b"\\012", b"\xff\xfe", b"q?u#o%2f"]
        paths = [os.fsencode(self.at / "usr/lib") + b"/" + name for name in names]
        for path in paths:
            pathlib.Path(os.fsdecode(path)).write_bytes(OLD)
        self.own({"odd": ("1", [])})
        with open(self.at / "var/lib/dpkg/info/odd.list", "ab") as listed:
            listed.write(b"\n".join(b"/usr/lib/" + name for name in names if b"\n" not in name) + b"\n")
        processes = [self.maps("/usr/lib/" + os.fsdecode(name)) for name in names]
        for path in paths:
            pathlib.Path(os.fsdecode(path) + ".new").write_bytes(NEW)
            os.rename(path + b".new", path)
        for name, process in zip(names, processes):
            found = self.stale(process, *(["--unmanaged"] if b"\n" in name else []))
            self.assertEqual([(package, kind) for _, package, _, kind, _ in found],
                             [("" if b"\n" in name else "odd", "replaced")], name)

    def test_merged_usr(self):
        for link in ("lib", "bin"):
            (self.at / link).symlink_to(f"usr/{link}")
        self.own({"libdemo": ("2.0-1", ["/lib/libdemo.so.1"])})
        process = self.maps("/lib/libdemo.so.1")
        self.replace(LIBRARY)
        self.assertLibrary(process)


class Noise(UnmanagedTest):
    def test_memory_that_has_no_path(self):
        process = self.script("""
            def exec_map(fd, flags=mmap.MAP_SHARED):
                kept.append(mmap.mmap(fd, 4096, flags, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
            memory = os.memfd_create("jit")
            os.truncate(memory, 4096)
            exec_map(memory)
            exec_map(os.open("/dev/zero", os.O_RDWR))
            exec_map(os.open("/dev/zero", os.O_RDWR), mmap.MAP_PRIVATE)
            libc.shmat.restype = ctypes.c_long
            segment = sure(libc.shmget(0, 4096, 0o1700))
            sure(libc.shmat(segment, None, 0o100000))
            sure(libc.shmctl(segment, 0, None))
            context = ctypes.c_ulong(0)
            libc.syscall(206, 8, ctypes.byref(context))  # io_setup
            for name in ("/dev/shm/minipkg-test", sys.argv[1] + "/tmp/jit", sys.argv[1] + "/opt/jna123.tmp"):
                fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o700)
                os.truncate(fd, 4096)
                os.fchown(fd, 65534, 65534)
                os.unlink(name)
                exec_map(fd)
            fd = os.open(sys.argv[1] + "/tmp", os.O_RDWR | os.O_TMPFILE)
            os.truncate(fd, 4096)
            exec_map(fd)
            ready()""", self.at)
        self.assertIn("memfd:jit (deleted)", process.proc("maps").read_text())
        self.assertNothing(process)
        self.assertNothing(process, "--files")

    def test_executable_without_a_path(self):
        memory = os.memfd_create("program", 0)
        os.write(memory, self.mapper.read_bytes())
        running = subprocess.Popen([f"/proc/self/fd/{memory}", self.at / LIBRARY[1:]], stdout=subprocess.PIPE,
                                   pass_fds=[memory])
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.addCleanup(running.stdout.close)
        self.assertEqual(running.stdout.readline(), b"mapped\n")
        os.close(memory)
        self.assertNothing(running)


class OtherRoots(UnmanagedTest):
    def chrooted(self, root, path=LIBRARY, prefix=()):
        process = self.start(*prefix, "chroot", root, "/usr/bin/mapper", path)
        self.assertEqual(process.heard(), "mapped")
        return process

    def private(self, commands, path):
        """A process with mounts of its own, made by these commands, that maps a file afterwards."""
        return self.start("unshare", "-m", "sh", "-ec", f"{commands}\nexec '{self.mapper}' '{path}'")

    def test_chroot(self):
        process = self.chrooted(self.at)
        self.replace(LIBRARY)
        self.assertLibrary(process)
        self.minipkg.root = "/"
        self.minipkg.liveness = "--offline"
        self.assertEqual(self.stale(process), [])
        self.assertEqual([path for path, *_ in self.stale(process, "--unmanaged")], [LIBRARY])

    def test_whole_root_was_removed(self):
        container = self.scratch / "container"
        shutil.copytree(self.at, container)
        process = self.chrooted(container)
        shutil.rmtree(container)
        self.assertNothing(process)

    def test_mapped_before_chroot(self):
        inner = self.at / "opt/app"
        process = self.script("map(sys.argv[1])\nos.chroot(sys.argv[2])\nos.chdir('/')\nready()", self.at / LIBRARY[1:],
                              inner)
        self.assertNothing(process)
        self.replace(LIBRARY)
        self.assertLibrary(process)

    def test_own_copy_in_another_mount_namespace(self):
        copy = self.scratch / "copy"
        copy.write_bytes(OLD)
        library = self.at / LIBRARY[1:]
        process = self.private(f"mount --bind '{copy}' '{library}'", library)
        self.assertEqual(process.heard(), "mapped")
        self.replace(LIBRARY)
        self.assertNothing(process)

    def test_something_is_mounted_over_it_later(self):
        process = self.script("""
            map(sys.argv[1])
            sure(libc.unshare(0x20000))
            sure(libc.mount(b"none", b"/", None, 0x44000, None))  # MS_REC | MS_PRIVATE
            sure(libc.mount(b"tmpfs", os.path.dirname(sys.argv[1]).encode(), b"tmpfs", 0, None))
            ready()""", self.at / LIBRARY[1:])
        self.assertNothing(process)

    def test_mount_namespace_with_the_same_files(self):
        process = self.private(f"mount -t tmpfs none '{self.at}/tmp'", self.at / LIBRARY[1:])
        self.assertEqual(process.heard(), "mapped")
        self.replace(LIBRARY)
        self.assertLibrary(process)

    def overlay(self):
        for name in ("upper", "work"):
            (self.scratch / name).mkdir()
        layers = f"lowerdir={self.at},upperdir={self.scratch}/upper,workdir={self.scratch}/work"
        return self.mounts.mount("overlay", self.scratch / "merged", "overlay", layers)

    def test_container_with_an_overlay_of_its_own(self):
        merged = self.overlay()
        process = self.chrooted(merged)
        self.assertNothing(process)
        # Copied up with its attributes: the same file.
        (merged / LIBRARY[1:]).chmod(0o700)
        self.assertNothing(process)
        # Upgraded in there: none of the root's files, but its own root's.
        (merged / "usr/lib/new").write_bytes(NEW)
        (merged / "usr/lib/new").rename(merged / LIBRARY[1:])
        self.assertEqual(self.stale(process), [])
        self.assertEqual(self.stale(process, "--unmanaged"), [(LIBRARY, "", "", "replaced", "code")])

    def test_container_that_shares_usr(self):
        container = self.scratch / "container"
        (container / "usr").mkdir(parents=True)
        self.mounts.bind(self.at / "usr", container / "usr")
        process = self.chrooted(container)
        self.replace(LIBRARY)
        self.assertLibrary(process)

    def test_pid_and_user_namespaces(self):
        in_pids = self.script("map(sys.argv[1])\nready()", self.at / LIBRARY[1:], prefix=["unshare", "-p", "--fork", "--kill-child"])
        in_users = self.maps(prefix=["unshare", "-U", "-r"])
        self.replace(LIBRARY)
        children = pathlib.Path(f"/proc/{in_pids.pid}/task/{in_pids.pid}/children").read_text().split()
        in_pids.pid = int(children[0])
        self.assertLibrary(in_pids)
        self.assertLibrary(in_users)

    def test_thread_with_a_root_of_its_own(self):
        process = self.script("""
            def elsewhere():
                sure(libc.unshare(0x200))
                os.chroot(sys.argv[2])
                map("/usr/lib/libdemo.so.1")
                done.set()
                time.sleep(1000)
            done = threading.Event()
            threading.Thread(target=elsewhere, daemon=True).start()
            done.wait()
            ready()""", self.at / LIBRARY[1:], self.at)
        self.assertNothing(process)
        self.replace(LIBRARY)
        self.assertLibrary(process)

    def test_main_thread_has_exited(self):
        process = self.script("""
            map(sys.argv[1])
            threading.Thread(target=ready).start()
            libc.syscall(60, 0)""", self.at / LIBRARY[1:])
        self.replace(LIBRARY)
        self.assertLibrary(process)


class FileSystems(UnmanagedTest):
    def check(self, root):
        self.fill(root)
        process = self.maps()
        executable = self.start(root / "usr/bin/mapper", root / LIBRARY[1:])
        self.assertEqual(executable.heard(), "mapped")
        self.assertNothing(process)
        self.replace(LIBRARY, OLD)
        self.assertNothing(process)
        self.replace(LIBRARY)
        self.assertLibrary(process)
        self.replace("/usr/bin/mapper", self.mapper.read_bytes() + b"new")
        self.assertEqual([use for *_, use in self.stale(executable)], ["executable", "code"])

    def test_ext4(self):
        self.check(self.mounts.fresh("ext4", self.scratch / "ext4"))

    def test_xfs(self):
        self.check(self.mounts.fresh("xfs", self.scratch / "xfs"))

    def test_btrfs_and_subvolume(self):
        disk = self.mounts.fresh("btrfs", self.scratch / "btrfs")
        subprocess.run(["btrfs", "-q", "subvolume", "create", disk / "root"], check=True)
        self.check(disk / "root")

    def test_tmpfs(self):
        self.check(self.mounts.tmpfs(self.scratch / "tmpfs"))

    def test_overlayfs_with_a_lower_file(self):
        for name in ("upper", "work"):
            (self.scratch / name).mkdir()
        lower = self.mounts.tmpfs(self.scratch / "lower")
        layers = f"lowerdir={lower},upperdir={self.scratch}/upper,workdir={self.scratch}/work"
        self.fill(lower)
        merged = self.mounts.mount("overlay", self.scratch / "merged", "overlay", layers)
        self.at, self.minipkg.root = merged, str(merged)
        process = self.maps()
        self.assertNothing(process)
        (merged / LIBRARY[1:]).chmod(0o700)
        self.assertNothing(process)
        self.replace(LIBRARY)
        self.assertLibrary(process)


class Servers(UnmanagedTest):
    def test_dead_server_is_not_asked(self):
        server = os.environ.get("MINIPKG_FAT_LIKE", "")
        if not server:
            self.skipTest("built without libfuse3: there is no file server to stop")
        process = self.maps()
        self.replace(LIBRARY)
        directory = self.at / "usr/lib"
        call(server, self.scratch, directory)
        pid = hung_test.DeadServer.server_of(self, directory)
        self.addCleanup(call, "umount", directory)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        os.kill(pid, signal.SIGSTOP)
        report = self.minipkg.needs_restart("--pid", process.pid, "--unmanaged")
        self.assertEqual((report["processes"], report["unreadable"]), ([], 1))


class Callers(UnmanagedTest):
    def test_machine_without_minipkg(self):
        process = self.maps()
        told = self.minipkg.run("needs-restart", "--pid", process.pid)
        self.assertEqual(len(told.stderr.splitlines()), 1, told.stderr)
        self.replace(LIBRARY)
        self.minipkg.run("needs-restart", "--pid", process.pid, status=1)
        self.assertFalse((self.at / "var/lib/minipkg").exists())

    def test_without_any_database_nobody_is_asked(self):
        process = self.maps()
        self.replace(LIBRARY)
        shutil.rmtree(self.at / "var/lib/dpkg")
        report = self.minipkg.needs_restart()
        self.assertEqual((report["processes"], report["scanned"]), ([], 0))
        self.assertEqual(self.stale(process, "--unmanaged"), [(LIBRARY, "", "", "replaced", "code")])

    def test_files_of_minipkg_are_left_to_its_records(self):
        ours = "/usr/lib/ours.so"
        for version in (1, 2):
            package = pack(self.scratch, "ours", f"{version}-1", {ours: OLD * version, "/usr/lib/gone.so.1": OLD})
            self.minipkg.install(package)
            process = self.maps(ours) if version == 1 else process
        other = self.maps(ours)
        report = self.minipkg.needs_restart("--pid", process.pid, "--unmanaged")
        self.assertEqual([(file["basis"], file["package"]) for file in report["processes"][0]["files"]],
                         [("record", "ours")])
        # Replaced by somebody else, and so on no record: the next verify tells.
        self.replace(ours)
        self.assertNothing(other)

    def test_ordinary_user(self):
        own = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self.mapper.chmod(0o755)
        for path in (self.directory, self.scratch, self.at / LIBRARY[1:]):
            path.chmod(0o755)
        process = self.maps(prefix=own)
        others = self.maps()
        self.replace(LIBRARY)
        (self.at / LIBRARY[1:]).chmod(0o755)
        copy = self.directory / "bin"
        copy.mkdir()
        linked = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
        for file in [program(), *(line.split()[2] for line in linked.splitlines() if "libminipkg" in line)]:
            shutil.copy(file, copy / pathlib.Path(file).name)
        self.minipkg.prefix = [*own, "env", f"LD_LIBRARY_PATH={copy}"]
        self.minipkg.program = copy / "minipkg"
        report = self.minipkg.needs_restart("--pid", process.pid, "--pid", others.pid)
        self.assertEqual([(found["pid"], file["package"], file["certainty"]) for found in report["processes"]
                          for file in found["files"]], [(process.pid, "libdemo", "unconfirmed")])
        self.assertEqual(report["unreadable"], 1)

    def test_database_of_rpm(self):
        if shutil.which("rpmbuild") is None:
            self.skipTest("needs rpmbuild")
        shutil.rmtree(self.at / "var/lib/dpkg")
        source = self.scratch / "source"
        (source / "usr/lib").mkdir(parents=True)
        (source / LIBRARY[1:]).write_bytes(NEW)
        spec = self.scratch / "demo.spec"
        spec.write_text("Name: libdemo\nEpoch: 1\nVersion: 2.0\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n"
                        f"%description\n%install\ncp -r {source}/. %{{buildroot}}\n%files\n{LIBRARY}\n")
        subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {self.scratch}/rpm", spec], check=True,
                       capture_output=True)
        package = next((self.scratch / "rpm/RPMS/noarch").glob("*.rpm"))
        process = self.maps()
        subprocess.run(["rpm", "--root", self.at, "--dbpath", "/var/lib/rpm", "-i", "--nodeps", "--force", package],
                       check=True, capture_output=True)
        home = self.at / "var/lib/rpm"
        before = {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in home.iterdir()}
        found = [(LIBRARY, "libdemo", "1:2.0-1", "replaced", "code")]
        self.assertEqual(self.stale(process), found)
        after = {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in home.iterdir()}
        self.assertEqual(after, before)
        for side in ("rpmdb.sqlite-wal", "rpmdb.sqlite-shm"):
            (home / side).unlink(missing_ok=True)
        self.assertEqual(self.stale(process), found)
        self.assertEqual(sorted(file.name for file in home.iterdir() if "-" in file.name), [])
