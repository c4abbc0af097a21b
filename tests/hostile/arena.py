# SPDX-License-Identifier: MIT
"""Where archives are let loose: a mount namespace of our own with a small tmpfs on /mnt, which holds a root, and beside
it what no package may touch. The tmpfs is as large as the archive may write and a little more: the kernel sees to
it."""
import ctypes
import dataclasses
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import threading
import unittest

ARENA = pathlib.Path("/mnt")
ROOT, OUTSIDE, TEMPLATE, PACKAGES = (ARENA / name for name in ("root", "outside", "template", "packages"))
LOOSE = 2 << 20  # bytes beyond what is declared: databases, directories, what is said
LARGE = 128 << 20  # bytes of a file that holes must be in: its content is not looked at
LIMIT = 60        # seconds; sanitizers are slow, and machines busy

CLONE_NEWNS, MS_REMOUNT, MS_REC, MS_PRIVATE = 0x20000, 0x20, 0x4000, 0x40000
LIBC = ctypes.CDLL(None, use_errno=True)


def mount(what, where, kind, flags, options=None):
    if LIBC.mount(what, str(where).encode(), kind, flags, options) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount on {where}")


def enter():
    """For this process and its children only; nothing is left to be unmounted."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root: devices, owners, a file system of its own")
    if LIBC.unshare(CLONE_NEWNS) != 0:
        raise unittest.SkipTest("needs a mount namespace of its own")
    try:
        mount(None, "/", None, MS_REC | MS_PRIVATE)
        mount(b"tmpfs", ARENA, b"tmpfs", 0, b"mode=755,size=64m")
    except OSError as error:
        raise unittest.SkipTest(f"cannot mount here: {error}") from error
    make_outside()
    make_template()


def set_size(size):
    mount(b"tmpfs", ARENA, b"tmpfs", MS_REMOUNT, b"mode=755,size=%d" % size)


def used():
    space = os.statvfs(ARENA)
    return (space.f_blocks - space.f_bfree) * space.f_frsize


def fresh_outside():
    os.chmod(ARENA, 0o755)
    shutil.rmtree(OUTSIDE)
    make_outside()


def make_outside():
    for name in ("", "etc", "etc/cron.d", "home"):
        (OUTSIDE / name).mkdir()
    (OUTSIDE / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (OUTSIDE / "secret").write_text("secret\n")
    os.chmod(OUTSIDE / "secret", 0o600)
    os.mkfifo(OUTSIDE / "fifo")


def make_template():
    """A root with something of every kind, and with links that lead out of it."""
    for name in ("", "etc", "usr", "usr/bin", "usr/lib", "var", "var/lib", "home", "home/user"):
        (TEMPLATE / name).mkdir()
    (TEMPLATE / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n")
    (TEMPLATE / "etc/group").write_text("root:x:0:\nuser:x:1000:\n")
    os.chown(TEMPLATE / "home/user", 1000, 1000)
    os.symlink(OUTSIDE, TEMPLATE / "out")
    os.symlink("../outside", TEMPLATE / "up")
    os.symlink("usr/lib", TEMPLATE / "lib")
    os.symlink(OUTSIDE, TEMPLATE / "home/user/trap")
    os.symlink(OUTSIDE / "new", TEMPLATE / "etc/dangling")
    os.mkfifo(TEMPLATE / "etc/fifo")
    PACKAGES.mkdir()


def fresh_root(template=TEMPLATE):
    if subprocess.run(["rm", "-rf", ROOT], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        # bsdtar sets file flags. (Some trees are too deep for Python.)
        subprocess.run(["chattr", "-R", "-i", "-a", ROOT], stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["rm", "-rf", ROOT], check=True)
    subprocess.run(["cp", "-a", template, ROOT], check=True)


def describe(path):
    """All that counts of one file; a directory's size and link count follow from what is in it."""
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    told = [kind, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_rdev, info.st_ino, info.st_mtime_ns]
    told += [] if kind == stat.S_IFDIR else [info.st_size, info.st_nlink]
    if kind == stat.S_IFREG:
        with open(path, "rb") as content:
            told.append(hashlib.file_digest(content, "sha256").hexdigest() if info.st_size <= LARGE else "large")
    if kind == stat.S_IFLNK:
        told.append(os.readlink(path))
    told += [(name, os.getxattr(path, name, follow_symlinks=False))
             for name in sorted(os.listxattr(path, follow_symlinks=False))]
    return tuple(told)


def snapshot(top, without=()):
    """{path: what it is} of a tree, by bytes; `without` are paths whose content is left out."""
    found = {}
    os.chdir(top)  # full names could be too long
    stack = [b"."]
    while stack:
        name = stack.pop()
        found[name] = describe(name)
        if stat.S_ISDIR(os.lstat(name).st_mode) and name not in without:
            stack += [each if name == b"." else name + b"/" + each for each in os.listdir(name)]
    return found


def snapshot_outside():
    """What no package may touch; of the directory above, which is busy, what is not."""
    info = os.lstat(ARENA)
    return snapshot(OUTSIDE) | {b"..": (info.st_mode, info.st_uid, info.st_gid)}


def differences(before, after):
    changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    return [f"{name!r}: {before.get(name)} -> {after.get(name)}" for name in sorted(changed)]


@dataclasses.dataclass
class Done:
    """How a program ended."""
    status: int  # negative: the signal
    out: str
    err: str
    memory: int  # bytes at most, of the program and its children together
    staged: int  # bytes at most on the arena, beyond what was there before
    hung: bool = False


def memory_of(pid):
    """What the process and its children have taken at most so far, each; pages that they share count for each."""
    taken, processes = 0, [pid]
    for each in processes:  # which grows
        try:
            status = pathlib.Path(f"/proc/{each}/status").read_text()
            children = pathlib.Path(f"/proc/{each}/task/{each}/children").read_text()
        except OSError:
            continue  # it has ended
        processes += [int(child) for child in children.split()]
        taken += sum(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:"))
    return taken


def run(command, environment=None, limit=LIMIT):
    """Runs a program, watching what it takes."""
    before, peak, memory = used(), 0, 0
    with open(ARENA / "out", "wb") as out, open(ARENA / "err", "wb") as err:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   env=environment, cwd=ARENA, start_new_session=True)
    ended, hung = threading.Event(), []

    def watch():
        nonlocal peak, memory
        while not ended.wait(0.002):
            peak, memory = max(peak, used() - before), max(memory, memory_of(process.pid))

    def give_up():
        hung.append(True)
        os.killpg(process.pid, signal.SIGKILL)

    watcher, timer = threading.Thread(target=watch), threading.Timer(limit, give_up)
    watcher.start()
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    timer.cancel()
    ended.set()
    watcher.join()
    # ru_maxrss misses no moment, but begins with the memory of the one who called vfork(), and that is us.
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        memory = max(memory, usage.ru_maxrss << 10)
    read = lambda name: (ARENA / name).read_bytes()[:1 << 20].decode("utf-8", "surrogateescape")
    return Done(process.returncode, read("out"), read("err"), memory, peak, bool(hung))
