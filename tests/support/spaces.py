# SPDX-License-Identifier: MIT
"""Where processes live that do not see the machine as its root does: namespaces, other roots, control groups."""
import errno
import os
import pathlib
import secrets
import shlex
import shutil
import subprocess
import time
import unittest


def need_unshare(*kinds):
    """Skips the test where namespaces of these kinds (words of unshare(1)) cannot be made."""
    done = subprocess.run(["unshare", *kinds, "true"], capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"cannot unshare {' '.join(kinds)}: {done.stderr.strip()}")


def in_new_mounts(*shell_lines, kinds=("--mount",)):
    """Words before a command: it runs in a mount namespace of its own, after these lines."""
    need_unshare(*kinds)
    return ["unshare", *kinds, "sh", "-ec", "\n".join([*shell_lines, 'exec "$@"']), "sh"]


def line(*words):
    """One line of shell."""
    return shlex.join(map(str, words))


def copy_into(tree, *files):
    """Copies (file, path) to this path below another root."""
    for file, path in files:
        target = pathlib.Path(tree) / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return pathlib.Path(tree)


def only_child(pid):
    """The process that the one with this number has started, and waits for."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    if len(children) != 1:
        raise AssertionError(f"process {pid} has children {children}")
    return int(children[0])


def hierarchies():
    """Where control groups can be made: those that tell who manages a process, systemd's own or the unified one."""
    for entry in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, where, kind, options, *_ = entry.split()
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
            yield pathlib.Path(where)


class ControlGroup:
    """A control group at this path, with no controllers; it goes with the test. A component "ID" becomes an engine's
    id of 64 digits."""

    def __init__(self, test, path):
        self.id = secrets.token_hex(32)
        self.groups = []
        path = path.replace("ID", self.id)
        for hierarchy in hierarchies():
            try:
                self.make(test, hierarchy, path)
            except OSError:
                continue
        if not self.groups:
            test.skipTest("needs control groups that may be written to: cgroup2, or v1 with name=systemd")

    def make(self, test, hierarchy, path):
        group = hierarchy
        for component in pathlib.PurePosixPath(path).parts:
            group = group / component
            if not group.exists():
                group.mkdir()
                test.addCleanup(self.leave, group)
        self.groups.append(group)

    @staticmethod
    def leave(group):
        """Processes that were killed go a moment later; groups of other tests below it stay, and it with them."""
        while not any(child.is_dir() for child in group.iterdir()):
            try:
                return group.rmdir()
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
            time.sleep(0.01)

    def take(self, pid):
        for group in self.groups:
            (group / "cgroup.procs").write_text(str(pid), encoding="ascii")


def become(*options):
    """Words before a command that is to run with other credentials, setpriv(1)."""
    return ["setpriv", *options]


def without_capabilities(*names):
    """Words before a command that is to run as root of a container that was not given these: sys_admin, …"""
    lost = ",".join(f"-{name}" for name in names)
    return become(f"--bounding-set={lost}", f"--inh-caps={lost}")


def effective_capabilities(pid):
    for entry in pathlib.Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
        if entry.startswith("CapEff:"):
            return int(entry.split()[1], 16)
    raise AssertionError(f"process {pid} tells no capabilities")


def is_initial_user_namespace():
    return pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split() == ["0", "0", str(2**32 - 1)] \
        and os.geteuid() == 0
