# SPDX-License-Identifier: MIT
"""File systems made for one test: sparse images mounted through a loop device, tmpfs, bind mounts. All of them are
unmounted when the test ends; a test that may not mount, or has no mkfs for it, skips itself saying so."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

# The smallest of each kind that its mkfs makes, in MiB. xfs demands 300 since xfsprogs 5.19; before that 16 would do.
SMALLEST = {"ext4": 16, "xfs": 320, "btrfs": 128, "vfat": 16}
QUIET = {"ext4": ["-q", "-F"], "xfs": ["-q", "-f"], "btrfs": ["-q", "-f"], "vfat": []}


def call(*command):
    """Runs a program that must succeed; what it said is in the failure."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="backslashreplace", check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stdout}")
    return done.stdout


def knows(kind):
    """Whether the kernel has this file system, as a module or built in."""
    if shutil.which("modprobe"):
        subprocess.run(["modprobe", "-q", kind], check=False, stderr=subprocess.DEVNULL)
    listed = pathlib.Path("/proc/filesystems").read_text(encoding="ascii").split()
    return kind in listed


def need_mounts(*kinds):
    """Skips the test unless file systems of these kinds can be made and mounted here."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root: mounts file systems")
    for kind in kinds:
        if kind in SMALLEST and shutil.which(f"mkfs.{kind}") is None:
            raise unittest.SkipTest(f"needs mkfs.{kind}")
        if not knows(kind):
            raise unittest.SkipTest(f"this kernel has no {kind}")


def attach(what, where, kind=None, options=None):
    """Mounts; skips the test where mounting is forbidden (a container without CAP_SYS_ADMIN, no loop devices)."""
    command = ["mount", *(["-t", kind] if kind else []), *(["-o", options] if options else []), str(what), str(where)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"cannot mount here: {' '.join(command)}: {done.stderr.strip()}")


def detach(where):
    """Lazily: what a failed test left running must not keep it."""
    subprocess.run(["umount", "-l", str(where)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def make_image(image, kind, mebibytes=None, mkfs=()):
    """A sparse file with a fresh file system in it; `mkfs` are further arguments for mkfs."""
    with open(image, "wb") as file:
        file.truncate((mebibytes or SMALLEST[kind]) * 1024 * 1024)
    call(f"mkfs.{kind}", *QUIET[kind], *mkfs, image)
    return pathlib.Path(image)


@contextlib.contextmanager
def mounted(what, where, kind=None, options=None):
    """For a `with`: attached to the directory `where`, which is made if need be."""
    pathlib.Path(where).mkdir(parents=True, exist_ok=True)
    attach(what, where, kind, options)
    try:
        yield pathlib.Path(where)
    finally:
        detach(where)


class Mounts:
    """Mounts for one test (unittest.TestCase), undone last first by its cleanup."""

    def __init__(self, test):
        self.test = test
        self.images = None

    def mount(self, what, where, kind=None, options=None):
        pathlib.Path(where).mkdir(parents=True, exist_ok=True)
        attach(what, where, kind, options)
        self.test.addCleanup(detach, where)
        return pathlib.Path(where)

    def image(self, kind, mebibytes=None, mkfs=()):
        """A fresh image in a directory of its own, outside of any root; removed with the test."""
        need_mounts(kind)
        if self.images is None:
            self.images = pathlib.Path(tempfile.mkdtemp(prefix="minipkg-images-", dir="/var/tmp"))
            self.test.addCleanup(shutil.rmtree, self.images, ignore_errors=True)
        number = len(list(self.images.iterdir()))
        return make_image(self.images / f"{number}.{kind}", kind, mebibytes, mkfs)

    def fresh(self, kind, where, mebibytes=None, options=None, mkfs=()):
        """A fresh file system of this kind at `where`."""
        image = self.image(kind, mebibytes, mkfs)
        return self.mount(image, where, kind, ",".join(filter(None, ["loop", options])))

    def tmpfs(self, where, options="size=16m,mode=755"):
        need_mounts()
        return self.mount("tmpfs", where, "tmpfs", options)

    def bind(self, what, where):
        """`where` (a file or directory that exists) shows `what`."""
        need_mounts()
        attach(what, where, options="bind")
        self.test.addCleanup(detach, where)
        return pathlib.Path(where)

    def remount(self, where, options):
        """Such as "ro"; back to writable with the test, so that it can clean up."""
        call("mount", "-o", f"remount,{options}", where)
        self.test.addCleanup(subprocess.run, ["mount", "-o", "remount,rw", str(where)], check=False,
                             stderr=subprocess.DEVNULL)
