# SPDX-License-Identifier: MIT
"""Who calls decides nothing but what he asks for: not his umask, environment, directory or descriptors, and no rights
that the file has and he has not."""
import itertools
import os
import pathlib
import shutil
import stat
import subprocess
import tarfile
import tempfile
import unittest

from support.minipkg import pack, plain_program, program

NOBODY = 65534
REFUSED = "cannot run with rights that the caller has not"


class Privileges(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="minipkg-privileges-", dir="/var/tmp")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.directory.chmod(0o755)
        self.root = self.directory / "root"
        self.root.mkdir()
        self.package = pack(self.directory, "one", "1", {"/usr/bin/one": b"one"})

    def run_minipkg(self, *words, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([more.pop("executable", program()), *map(str, words)], timeout=120, text=True,
                              errors="replace", **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more})

    def install(self, **more):
        done = self.run_minipkg("--root", self.root, "--live", "install", self.package, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def mode(self, path):
        info = os.lstat(self.root / path)
        self.assertEqual((info.st_uid, info.st_gid), (os.geteuid(), os.getegid()), path)
        return stat.S_IMODE(info.st_mode)


class Umask(Privileges):
    def test_modes_do_not_depend_on_it(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: under umask 0777 nobody else may enter what he makes")
        for umask in (0o777, 0o000, 0o077):
            with self.subTest(umask=oct(umask)):
                shutil.rmtree(self.root)
                self.root.mkdir()
                self.install(umask=umask)
                second = pack(self.directory, "one", "2", {"/usr/bin/one": b"two"})
                self.assertEqual(self.run_minipkg("--root", self.root, "install", second, umask=umask).returncode, 0)
                modes = {path: self.mode(path) for path in ("var", "var/lib", "var/lib/minipkg", ".minipkg", "usr",
                         "var/lib/minipkg/packages.db", "var/lib/minipkg/state.db", "usr/bin/one")}
                self.assertEqual(modes, {"var": 0o755, "var/lib": 0o755, "var/lib/minipkg": 0o755, ".minipkg": 0o700,
                                         "usr": 0o755, "var/lib/minipkg/packages.db": 0o644,
                                         "var/lib/minipkg/state.db": 0o644, "usr/bin/one": 0o755})
                for directory, names, _ in os.walk(self.root / ".minipkg"):
                    for name in names:
                        self.assertEqual(self.mode(f"{directory}/{name}"), 0o700)

    def test_loose_databases_directory(self):
        self.install()
        home = self.root / "var/lib/minipkg"
        for mode, owner in ((0o777, None), (0o775, None), (0o755, NOBODY)):
            if owner and os.geteuid() != 0:
                continue
            home.chmod(mode)
            if owner:
                os.chown(home, owner, owner)
            for command in (["list"], ["verify"], ["remove", "one"], ["install", self.package], ["recover"]):
                done = self.run_minipkg("--root", self.root, *command)
                self.assertEqual(done.returncode, 8, (oct(mode), command, done.stderr))
                self.assertIn("other users may write to it", done.stderr)
        self.assertEqual(stat.S_IMODE(os.lstat(home).st_mode), 0o755)


class Databases(Privileges):
    def test_no_package_has_files_among_them(self):
        """A rollback journal would be played back."""
        for name in ("real", "linked"):
            root = self.directory / name
            (root / "var/lib").mkdir(parents=True)
            if name == "linked":
                (root / "srv/db").mkdir(parents=True)
                (root / "var/lib/minipkg").symlink_to("/srv/db")
            for path in ("/var/lib/minipkg/packages.db-journal", *(["/srv/db/state.db-journal"] if name == "linked" else [])):
                package = pack(self.directory, "evil", "1", {path: b"journal"})
                done = self.run_minipkg("--root", root, "install", package)
                self.assertEqual(done.returncode, 3, (path, done.stderr))
                self.assertIn("it is where minipkg keeps its own", done.stderr)


class MoreRights(Privileges):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root: makes files setuid")
        self.copy = self.directory / "minipkg"
        shutil.copy(program(), self.copy)

    def as_nobody(self, *words):
        library = os.path.dirname(os.path.realpath(program()))
        return subprocess.run(["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", self.copy,
                               *words], env={"LD_LIBRARY_PATH": library, "ASAN_OPTIONS": "detect_leaks=0"}, capture_output=True, text=True, timeout=60)

    def refused(self):
        for words in (["--version"], ["--help"], ["--root", self.root, "list"], ["--root", self.root, "recover"]):
            done = self.as_nobody(*words)
            if done.returncode == 127:
                self.skipTest("the loader takes no libraries of the build's directory for such a program")
            # A sanitizer hears no options in such a program, and may not trace it to look for leaks.
            leaks = "LeakSanitizer has encountered a fatal error" in done.stderr
            self.assertEqual((done.returncode, done.stdout), (1 if leaks else 8, ""), done.stderr)
            self.assertIn(REFUSED, done.stderr)

    def test_without_them(self):
        self.assertEqual(self.as_nobody("--version").returncode, 0)

    def test_setuid(self):
        self.copy.chmod(0o4755)
        self.refused()

    def test_setgid(self):
        self.copy.chmod(0o2755)
        self.refused()

    def test_capabilities(self):
        subprocess.run(["setcap", "cap_chown,cap_dac_override+ep", self.copy], check=True)
        self.refused()


class Environment(Privileges):
    HOSTILE = ("TMPDIR", "SQLITE_TMPDIR", "HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "LANG", "LC_ALL", "LOCPATH", "PATH",
               "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "TERM", "IFS", "MINIPKG_ROOT", "ROOT", "DESTDIR")

    def test_nothing_is_read_or_written_where_it_points(self):
        trap = self.directory / "trap"
        trap.mkdir()
        (trap / "openssl.cnf").write_text("openssl_conf = x\n[x]\nproviders = p\n[p]\nevil = e\n[e]\n"
                                          f"module = {trap}/libfoo.so\nactivate = 1\n")
        environment = {name: str(trap / "openssl.cnf" if name == "OPENSSL_CONF" else trap) for name in self.HOSTILE}
        environment.update(TZ="../../../../../etc/passwd", COLUMNS="-99999999999999999999", NO_COLOR="\33[31m",
                           ASAN_OPTIONS="detect_leaks=0", LD_LIBRARY_PATH=os.environ.get("LD_LIBRARY_PATH", ""))
        trace = self.directory / "trace"
        wrap = [shutil.which("strace"), "-f", "-e", "trace=file,network", "-o", trace] if shutil.which("strace") else []
        for words in (["--live", "install", self.package], ["list"], ["verify"], ["history"], ["remove", "one"]):
            done = subprocess.run([*wrap, program(), "--root", self.root, *words], env=environment, capture_output=True,
                                  text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stderr)
            if wrap:
                # The loader and the sanitizers come before main(); execve(2) shows the environment.
                calls = [line for line in trace.read_text().splitlines() if "execve(" not in line]
                self.assertEqual([line for line in calls if str(trap) in line], [])
        self.assertEqual(os.listdir(trap), ["openssl.cnf"])


class Directory(Privileges):
    def judge_install(self, cwd):
        self.install(cwd=cwd)
        self.assertEqual(self.run_minipkg("--root", self.root, "remove", "one", cwd=cwd).returncode, 0)

    def test_full_of_traps(self):
        trap = self.directory / "trap"
        trap.mkdir()
        # No libc.so.6: the RUNPATH that CMake gives a program before it is installed ends in the working directory.
        for name in ("systemctl", "libfoo.so", "sh", "minipkg", "ldconfig", "openssl.cnf", "var", "etc"):
            (trap / name).write_text("#!/bin/sh\ntouch caught\n")
            (trap / name).chmod(0o755)
        self.judge_install(trap)
        self.assertNotIn("caught", os.listdir(trap))

    def test_a_package_named_like_an_option(self):
        trap = self.directory / "trap"
        trap.mkdir()
        tree = self.directory / "tree"
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "usr/bin/one").write_text("one")
        native = self.directory / "native.pkg.tar"
        done = self.run_minipkg("build", tree, "-o", native, "--name", "one", "--version", "1", "--arch", "noarch")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("-rf", "--root", "--json"):
            shutil.copy(native, trap / name)
            done = self.run_minipkg("--root", self.root, "install", "--", name, cwd=trap)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.run_minipkg("--root", self.root, "remove", "one").returncode, 0)
            self.assertNotEqual(self.run_minipkg("--root", self.root, "install", name, cwd=trap).returncode, 0)

    def test_deleted(self):
        gone = self.directory / "gone"
        gone.mkdir()
        done = subprocess.run(["sh", "-c", 'cd "$1" && rmdir "$1" && shift && exec "$@"', "sh", gone, program(), "--root",
                               self.root, "--live", "install", self.package], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in (["list"], ["owner", "usr/bin/one"], ["install", "none.pkg.tar"]):
            done = subprocess.run(["sh", "-c", 'mkdir "$1"; cd "$1" && rmdir "$1" && shift && exec "$@"', "sh", gone,
                                   program(), *words], capture_output=True, text=True, timeout=60)
            self.assertIn(done.returncode, (0, 1, 2, 11), done.stderr)

    def test_unreadable(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: becomes another user")
        self.install()
        closed = self.directory / "closed"
        closed.mkdir(0o700)
        done = self.run_minipkg("--root", self.root, "list", cwd=closed, user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertEqual((done.returncode, done.stdout), (0, "one\t1\tnoarch\n"), done.stderr)


COMMANDS = (["list"], ["info", "one"], ["files", "one"], ["owner", "/usr/bin/one"], ["verify"], ["history"],
            ["history", "show", "1"], ["needs-restart"], ["recover"], ["history", "prune", "--keep", "1"])


class Streams(Privileges):
    def test_closed_in_all_ways(self):
        for closed in itertools.chain.from_iterable(itertools.combinations(range(3), n) for n in range(4)):
            with self.subTest(closed=closed):
                shutil.rmtree(self.root)
                self.root.mkdir()
                script = 'exec "$@" ' + " ".join(("<&-", ">&-", "2>&-")[fd] for fd in closed)
                for words in (["--quiet", "--live", "install", self.package], ["list"], ["--quiet", "remove", "one"]):
                    done = subprocess.run(["sh", "-c", script, "sh", program(), "--root", self.root, *words],
                                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
                    failed = 11 if words == ["list"] and 1 in closed else 0
                    self.assertEqual(done.returncode, failed, (closed, words, done.stderr))
                # Nobody took the number of a stream: the databases hold what they held, and no message.
                done = self.run_minipkg("--root", self.root, "verify")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_full(self):
        """An answer that cannot be written is a failure, whatever asked for it."""
        self.install()
        for words in (*COMMANDS[:-1], ["--help"], ["--version"], ["install", "--help"], ["inspect", self.package]):
            for form in ([], ["--json"]):
                plain = self.run_minipkg("--root", self.root, *words, *form)
                with open("/dev/full", "w") as full:
                    done = self.run_minipkg("--root", self.root, *words, *form, stdout=full)
                if plain.stdout:
                    self.assertNotEqual(done.returncode, 0, (words, form))
                    self.assertIn("No space left on device", done.stderr)
        with open("/dev/full", "w") as full:
            self.assertEqual(self.run_minipkg("--root", self.root, "list", stderr=full).returncode, 0)

    def test_full_after_the_work(self):
        """What is done is not said to be undone; but who wants to read what was done must hear that he cannot."""
        second = pack(self.directory, "one", "2", {"/usr/bin/one": b"two"})
        self.install()
        for words, status in ((["--json", "install", second], 9), (["--json", "undo"], 9),
                              (["history", "prune", "--keep", "0"], 9), (["--json", "remove", "one"], 9),
                              (["recover"], 9), (["--quiet", "install", second], 0)):
            with open("/dev/full", "w") as full:
                done = self.run_minipkg("--root", self.root, *words, stdout=full)
            self.assertEqual(done.returncode, status, (words, done.stderr))
            self.assertNotIn("nothing was changed", done.stderr, words)
            if status != 0:
                self.assertIn("No space left on device", done.stderr, words)
        self.assertEqual(self.run_minipkg("--root", self.root, "list").stdout, "one\t2\tnoarch\n")

    def test_reader_left(self):
        self.install()
        for words in (*COMMANDS, ["--help"]):
            reading, writing = os.pipe()
            os.close(reading)
            done = self.run_minipkg("--root", self.root, *words, stdout=writing)
            os.close(writing)
            self.assertIn(done.returncode, (0, 141), (words, done.stderr))
            self.assertEqual(done.stderr, "", words)


class OrdinaryUser(Privileges):
    def test_hostile_roots(self):
        """A root that somebody else made: nothing of it is waited for, executed or followed out of it."""
        if os.geteuid() != 0:
            self.skipTest("needs root: becomes another user")
        self.install()
        etc = self.root / "etc"
        for path in (etc / "passwd", etc / "group"):
            path.parent.mkdir(exist_ok=True)
            os.mkfifo(path)
        (self.root / "usr/bin/one").unlink()
        os.mkfifo(self.root / "usr/bin/one")
        (self.root / "etc/os-release").symlink_to("../../../../../../etc/shadow")
        for words in (*COMMANDS[:-2], ["install", self.package], ["remove", "one"], ["list", "--dry-run"]):
            done = self.run_minipkg("--root", self.root, *words, user=NOBODY, group=NOBODY, extra_groups=[])
            self.assertIn(done.returncode, (0, 1, 8, 11), (words, done.stderr))
            self.assertNotIn("Sanitizer", done.stderr)


@unittest.skipUnless(os.geteuid() == 0, "needs root: mounts over /proc")
class WithoutProc(Privileges):
    """A chroot may have none: nothing that is read through descriptors may seem to be missing."""

    def run_without(self, *words, status=0):
        script = 'mount -t tmpfs none /proc && exec "$@"'
        plain = plain_program()
        if plain is None:
            self.skipTest("sanitizers need /proc, and MINIPKG_PLAIN names no minipkg without")
        done = self.run_minipkg("-m", "sh", "-c", script, "sh", plain, "--root", self.root, *words,
                                executable="unshare")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_names_of_the_root_and_its_files_are_read(self):
        (self.root / "etc").mkdir()
        (self.root / "etc/passwd").write_text("alice:x:4242:4242::/:/bin/sh\n")
        package = self.directory / "one-1.noarch.pkg.tar"
        with tarfile.open(package, "w") as tar:
            member = tarfile.TarInfo("one")
            member.uname, member.uid = "alice", 999
            tar.addfile(member)
        self.run_without("install", package)
        self.assertEqual(os.lstat(self.root / "one").st_uid, 4242)
        self.run_without("verify")

    def test_a_policy_is_not_overlooked(self):
        (self.root / "etc/minipkg").mkdir(parents=True)
        (self.root / "etc/minipkg/policy").write_text("signature\n")
        self.assertIn("it has no signature", self.run_without("install", self.package, status=6).stderr)


@unittest.skipUnless(os.geteuid() == 0, "needs root: makes a device")
class Devices(Privileges):
    """What a user hands over may be a link to a device. To open one does something: this one, which has no driver, would
    say so."""

    def setUp(self):
        super().setUp()
        self.device = self.directory / "device"
        os.mknod(self.device, 0o644 | stat.S_IFCHR, os.makedev(240, 99))
        with self.assertRaises(OSError):
            open(self.device, "rb").close()

    def test_as_package(self):
        link = self.directory / "link-1.noarch.pkg.tar"
        link.symlink_to(self.device)
        for command in ("inspect", "install", "verify-package"):
            done = self.run_minipkg("--root", self.root, command, link)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("not a file or a pipe", done.stderr)

    def test_beside_a_package(self):
        for ending, policy in ((".minisig", "signature"), (".sha256", "digest")):
            os.symlink(self.device, f"{self.package}{ending}")
            done = self.run_minipkg("--root", self.root, "install", "--policy", policy, self.package)
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn("not a regular file", done.stderr)

    def test_as_key(self):
        for words in (["add", self.device], ["add", "--name", "x", self.device]):
            done = self.run_minipkg("--root", self.root, "key", *words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("not a regular file", done.stderr)


if __name__ == "__main__":
    unittest.main()
