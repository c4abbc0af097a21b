# SPDX-License-Identifier: MIT
"""A Debian with systemd and services that boots in a container, and commands run in it."""
import fcntl
import os
import pathlib
import shutil
import subprocess
import time

from support.debian import DOWNLOADS
from support.minipkg import program

PACKAGES = "systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,openssh-server"
PATIENCE = 120  # seconds for what has to happen some time
OWN = "/opt/minipkg"  # the program under test and its libraries, inside


def why_not():
    """Why no machine can be had here; empty: one can."""
    missing = [tool for tool in ("debootstrap", "systemd-nspawn", "nsenter") if not shutil.which(tool)]
    if os.geteuid() != 0 or missing:
        return f"needs root, debootstrap, systemd-nspawn and nsenter; missing: {missing}"
    return "" if debian() else "debootstrap could not make a Debian here"


def debian():
    """Made once for the build directory; nothing if that fails."""
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    tree = DOWNLOADS / "bookworm-services"
    with open(DOWNLOADS / "lock-services", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not tree.exists():
            part = DOWNLOADS / "bookworm-services.part"
            shutil.rmtree(part, ignore_errors=True)
            made = subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(part)],
                                  capture_output=True)
            if made.returncode != 0:
                return None
            part.rename(tree)
    return tree


class Machine:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.leader = self.nspawn = None
        subprocess.run(["cp", "-a", "--reflink=auto", str(debian()), str(self.root)], check=True)
        (self.root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        own = self.root / OWN[1:]
        own.mkdir()
        linked = subprocess.run(["ldd", program()], capture_output=True, text=True, check=True).stdout
        for words in map(str.split, linked.splitlines()):
            # The C library is the machine's own.
            if "=>" in words and not words[0].startswith(("libc.so", "libm.so", "libpthread.so", "libdl.so")):
                shutil.copy(words[2], own / words[0])
        shutil.copy(program(), own / "minipkg")

    def write(self, path, text):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def start(self):
        self.log = open(self.root.parent / "console", "w+")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe", "-b",
             "-D", str(self.root)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.wait_until(self.is_up, "the machine starts")

    def is_up(self):
        if self.nspawn.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"the machine does not start: {self.log.read()[-3000:]}")
        children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
        self.leader = next((pid for pid in children if name_of(pid) == "systemd"), None)
        return self.leader and self.show("multi-user.target", "ActiveState") == "active"

    def stop(self):
        if self.nspawn is None:
            return
        if self.leader and self.nspawn.poll() is None:
            os.kill(int(self.leader), 37)  # SIGRTMIN+3: halt
            try:
                self.nspawn.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.kill(int(self.leader), 9)
        if self.nspawn.poll() is None and not self.leader:
            self.nspawn.terminate()
        self.nspawn.wait()
        self.log.close()

    def run(self, *command):
        """In all of its namespaces, with its own environment."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "LD_LIBRARY_PATH": OWN,
                       "ASAN_OPTIONS": "detect_leaks=0"}
        if command[0] != f"{OWN}/minipkg":
            del environment["LD_LIBRARY_PATH"]
        return subprocess.run(["nsenter", "-t", self.leader, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", *command],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE)

    def minipkg(self, *arguments):
        return self.run(f"{OWN}/minipkg", *arguments)

    def show(self, unit, what, *manager):
        return self.run("systemctl", *manager, "show", "--value", "-p", what, unit).stdout.strip()

    def wait_until(self, is_so, what):
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError(f"not within {PATIENCE} s: {what}")
            time.sleep(0.1)


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
