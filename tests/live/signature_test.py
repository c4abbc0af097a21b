# SPDX-License-Identifier: MIT
"""Keys and signatures that real minisign makes are ours, and ours are minisign's; a file that is swapped between check
and use."""
import collections
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from support.minipkg import pack, program

MINISIGN = shutil.which("minisign")
PASSWORD = "correct horse"


class Signatures(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="minipkg-signature-")
        self.addCleanup(directory.cleanup)
        self.at = pathlib.Path(directory.name)

    def run_in(self, *command, status=0, text=None):
        done = subprocess.run([*map(str, command)], cwd=self.at, input=text if text is not None else "", timeout=300,
                              capture_output=True, encoding="utf-8", errors="backslashreplace")
        self.assertEqual(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
        return done

    def minipkg(self, *arguments, **how):
        return self.run_in(program(), *arguments, **how)

    def minisign(self, *arguments, **how):
        return self.run_in(MINISIGN, *arguments, **how)


@unittest.skipUnless(MINISIGN, "there is no minisign")
class Interchange(Signatures):
    def setUp(self):
        super().setUp()
        self.package = pack(self.at, "hello", "1.0", {"/usr/bin/hello": b"hello\n" * 100_000})

    def assert_verified(self, public):
        self.minipkg("verify-package", "-p", public, self.package)
        self.minisign("-V", "-p", public, "-m", self.package)
        with open(self.package, "ab") as file:
            file.write(b"x")
        self.minipkg("verify-package", "-p", public, self.package, status=6)
        self.minisign("-V", "-p", public, "-m", self.package, status=1)

    def test_minisign_signs_and_minipkg_verifies(self):
        self.minisign("-G", "-W", "-s", "m.key", "-p", "m.pub")
        self.minisign("-S", "-W", "-s", "m.key", "-m", self.package, "-t", "from minisign")
        told = self.minipkg("verify-package", "-p", "m.pub", self.package)
        self.assertIn(": from minisign\n", told.stdout)
        self.assert_verified("m.pub")

    def test_legacy_signatures_of_minisign(self):
        self.minisign("-G", "-W", "-s", "m.key", "-p", "m.pub")
        self.minisign("-S", "-l", "-W", "-s", "m.key", "-m", self.package)
        self.assertIn("\nRW", pathlib.Path(f"{self.package}.minisig").read_text())
        self.assert_verified("m.pub")

    def test_minipkg_makes_keys_and_minisign_uses_them(self):
        self.minipkg("key", "generate", "ours.key", "--no-password")
        self.minisign("-S", "-W", "-s", "ours.key", "-m", self.package)
        self.assert_verified("ours.pub")

    def test_minipkg_signs_with_a_key_of_minisign(self):
        self.minisign("-G", "-W", "-s", "m.key", "-p", "m.pub")
        self.minipkg("sign", self.package, "-s", "m.key", "-t", "trusted", "-c", "untrusted")
        self.assert_verified("m.pub")

    def test_default_comments_are_those_of_minisign(self):
        self.minisign("-G", "-W", "-s", "m.key", "-p", "m.pub")
        signature = pathlib.Path(f"{self.package}.minisig")
        self.minisign("-S", "-W", "-s", "m.key", "-m", self.package)
        theirs = signature.read_text().splitlines()
        time_told = theirs[2].split("timestamp:")[1].split("\t")[0]
        os.environ["SOURCE_DATE_EPOCH"] = time_told
        self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
        self.minipkg("sign", self.package, "-s", "m.key")
        ours = signature.read_text().splitlines()
        # minisign names the file by its last component since 0.8.
        self.assertEqual(ours, theirs)

    def test_encrypted_key_of_minisign(self):
        self.minisign("-G", "-s", "m.key", "-p", "m.pub", text=f"{PASSWORD}\n{PASSWORD}\n")
        self.minipkg("sign", self.package, "-s", "m.key", text="wrong\n", status=3)
        self.minipkg("sign", self.package, "-s", "m.key", text="", status=2)
        told = self.minipkg("sign", self.package, "-s", "m.key", text=f"{PASSWORD}\n")
        self.assertNotIn(PASSWORD, told.stdout + told.stderr)
        self.assert_verified("m.pub")

    def test_encrypted_key_of_minipkg(self):
        told = self.minipkg("key", "generate", "ours.key", text=f"{PASSWORD}\n")
        self.assertNotIn(PASSWORD, told.stdout + told.stderr)
        self.minisign("-S", "-s", "ours.key", "-m", self.package, text="wrong\n", status=2)
        self.minisign("-S", "-s", "ours.key", "-m", self.package, text=f"{PASSWORD}\n")
        self.assert_verified("ours.pub")

    def test_minisign_reads_keys_with_our_lines(self):
        self.minisign("-G", "-W", "-s", "m.key", "-p", "m.pub")
        self.minisign("-S", "-W", "-s", "m.key", "-m", self.package)
        (self.at / "R").mkdir()
        self.minipkg("--root", "R", "key", "add", "m.pub", "--expires", "2999-12-31")
        self.minipkg("--root", "R", "verify-package", self.package)
        self.minisign("-V", "-p", "R/etc/minipkg/keys/m.pub", "-m", self.package)
        self.minipkg("--root", "R", "key", "revoke", "m")
        self.minisign("-V", "-p", "R/etc/minipkg/keys/m.pub", "-m", self.package)
        self.minipkg("--root", "R", "verify-package", self.package, status=6)

    def test_a_public_key_made_from_our_secret_key(self):
        self.minipkg("key", "generate", "ours.key", "--no-password")
        self.minisign("-R", "-s", "ours.key", "-p", "again.pub")
        self.assertEqual((self.at / "again.pub").read_text(), (self.at / "ours.pub").read_text())


class Terminal(Signatures):
    def test_the_password_is_not_echoed(self):
        """On a terminal it is asked twice, and shown never."""
        shown = self.on_terminal([program(), "key", "generate", "ours.key"], f"{PASSWORD}\n{PASSWORD}\n")
        self.assertTrue((self.at / "ours.pub").exists(), shown)
        self.assertIn("Password", shown)
        self.assertIn("again", shown)
        self.assertNotIn(PASSWORD, shown)

    def test_two_different_passwords_make_no_key(self):
        shown = self.on_terminal([program(), "key", "generate", "ours.key"], f"{PASSWORD}\nother\n")
        self.assertIn("the second was another one", shown)
        self.assertEqual(os.listdir(self.at), [])

    def test_an_interrupt_is_heard(self):
        shown = self.on_terminal([program(), "key", "generate", "ours.key"], "\x03")
        self.assertIn("stopped by signal 2", shown)
        self.assertEqual(os.listdir(self.at), [])

    def on_terminal(self, command, typed):
        """What the terminal shows. Each line is typed when it is asked for."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.at)
            os.execv(command[0], command)
        shown, lines = "", typed.splitlines(keepends=True)
        while True:
            try:
                shown += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            if shown.endswith(": ") and lines:
                os.write(terminal, lines.pop(0).encode())
        os.waitpid(child, 0)
        os.close(terminal)
        return shown


@unittest.skipUnless(shutil.which("strace") and os.geteuid() == 0, "needs strace and root")
class Swapped(Signatures):
    """A package file of an ordinary user, whose owner puts another one in its place while it is installed."""

    def setUp(self):
        super().setUp()
        (self.at / "good").mkdir()
        (self.at / "evil").mkdir()
        good = pack(self.at / "good", "hello", "1.0", {"/usr/bin/hello": b"good"})
        self.evil = pack(self.at / "evil", "hello", "1.0", {"/usr/bin/hello": b"evil"})
        self.assertEqual(good.stat().st_size, self.evil.stat().st_size)
        self.good = good.read_bytes()
        self.package = self.at / good.name
        self.package.write_bytes(self.good)
        self.minipkg("key", "generate", "our.key", "--no-password")
        self.minipkg("sign", self.package, "-s", "our.key")
        (self.at / "keys").mkdir(mode=0o755)
        shutil.copy(self.at / "our.pub", self.at / "keys")

    def exchange(self):
        """Another file under the same name."""
        shutil.copy(self.evil, self.at / "new")
        os.chown(self.at / "new", 65534, 65534)
        os.rename(self.at / "new", self.package)

    def overwrite(self):
        """Other bytes in the same file."""
        with open(self.package, "r+b") as file:
            file.write(self.evil.read_bytes())

    def command(self, root, policy):
        return [program(), "install", "--root", str(root), "--sync", "none", "--policy", policy, "--keys",
                str(self.at / "keys"), str(self.package)]

    def points(self, policy):
        """The calls of an install to stop at, by name and number, from where it opens the package on."""
        log, root = self.at / "log", self.at / "counted"
        root.mkdir()
        self.run_in("strace", "-f", "-o", log, "-e", "trace=read,pread64,openat", *self.command(root, policy))
        shutil.rmtree(root)
        opened, counts, points = False, collections.Counter(), []
        for line in log.read_text().splitlines():
            # strace counts each name in each process for itself.
            call = re.match(r"(\d+) +(\w+)\(", line)
            if call is None:
                continue
            counts[call.groups()] += 1
            opens = call[2] == "openat" and f'"{self.package}"' in line
            opened = opened or opens
            if opens or (opened and call[2] != "openat"):
                points.append((call[2], counts[call.groups()]))
        return points

    def stopped_at(self, point, policy, swap):
        """What is installed, if anything, and whether `swap` happened: at one call."""
        root, log = self.at / "R", self.at / "log"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        log.write_text("")
        self.package.unlink(missing_ok=True)
        self.package.write_bytes(self.good)
        os.chown(self.package, 65534, 65534)
        inject = f"inject={point[0]}:signal=SIGSTOP:when={point[1]}"
        strace = subprocess.Popen(["strace", "-f", "-o", log, "-e", f"trace={point[0]}", "-e", inject,
                                   *self.command(root, policy)], cwd=self.at, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")
        swapped = False
        while strace.poll() is None:
            stopped = [line for line in log.read_text().splitlines() if "stopped by SIGSTOP" in line]
            if stopped and not swapped:
                swap()
                swapped = True
            for line in stopped:
                try:
                    os.kill(int(line.split()[0]), signal.SIGCONT)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        told = strace.stderr.read()
        strace.stderr.close()
        hello = root / "usr/bin/hello"
        self.assertEqual(hello.exists(), strace.returncode == 0, told)
        self.assertIn(strace.returncode, (0, 6), told)
        return hello.read_bytes() if hello.exists() else None, swapped

    def sweep(self, policy, swaps, points):
        found = {}
        for swap in swaps:
            for point in points:
                installed, swapped = self.stopped_at(point, policy, swap)
                if swapped:
                    found.setdefault(installed, []).append((swap.__name__, point))
        return found

    def test_what_is_installed_was_verified(self):
        points = self.points("signature")
        chosen = points if os.environ.get("MINIPKG_FULL_TESTS") == "1" else points[:4] + points[4::6]
        found = self.sweep("signature", (self.exchange, self.overwrite), chosen)
        self.assertIn(b"good", found)
        self.assertIn(None, found)  # overwritten before it was copied
        self.assertNotIn(b"evil", found)

    def test_what_is_refused_is_not_parsed(self):
        """Parsing is what the reader's process does: none is started. With a good signature one is."""
        log, root = self.at / "log", self.at / "R"
        root.mkdir()
        for content, status in ((self.evil.read_bytes(), 6), (self.good, 0)):
            self.package.write_bytes(content)
            self.run_in("strace", "-f", "-o", log, "-e", "trace=clone,clone3,fork,vfork",
                        *self.command(root, "signature"), status=status)
            self.assertEqual(bool(re.search(r"(clone|fork)", log.read_text())), status == 0, log.read_text())

    def test_what_users_mount_is_copied(self):
        """Who may write to an image or a stick changes its files from below. Such mounts are nosuid."""
        (self.at / "disk").mkdir()
        for options, copied in (("suid", False), ("nosuid", True)):
            script = (f"mount -t tmpfs -o {options} none disk && cp {self.package}* disk && exec strace -o log "
                      f"-e trace=openat {program()} verify-package -p our.pub disk/{self.package.name}")
            self.run_in("unshare", "-m", "sh", "-c", script)
            self.assertEqual("O_TMPFILE" in (self.at / "log").read_text(), copied, options)

    def test_without_a_policy_the_swap_would_show(self):
        """That the test above can fail: an overwritten file is another package as long as nothing is required."""
        self.assertIn(b"evil", self.sweep("none", (self.overwrite,), self.points("none")[:6]))
