# SPDX-License-Identifier: MIT
"""Where the roots of a sweep lie: each gives a fresh root as often as it is asked, and can show it elsewhere."""
import os
import pathlib
import shutil
import subprocess

from support import mounts


class Directory:
    """On the file system of a directory that exists. Fresh roots are copies of `base`, which is filled once."""

    may_miss = ()  # paths that may be absent for an instant, because this file system cannot exchange two names
    time_step = 0  # seconds that times are rounded to, if it is as coarse as that

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.base = self.directory / "base"

    def clear(self):
        """For another scenario: `base` is empty."""
        shutil.rmtree(self.base, ignore_errors=True)
        self.base.mkdir()

    def fresh(self, name="work"):
        """The root as it was before, in place of an earlier one of that name."""
        for old in (name, "elsewhere"):
            shutil.rmtree(self.directory / old, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.base), str(self.directory / name)], check=True)
        return self.directory / name

    def elsewhere(self, root):
        """The same root under another path."""
        return root.rename(root.with_name("elsewhere"))


class Image(Directory):
    """On a file system of its own, made by mkfs in a file."""

    def __init__(self, test, directory, kind):
        self.mounts, self.kind = mounts.Mounts(test), kind
        self.image = self.mounts.image(kind)
        self.top = pathlib.Path(directory) / kind
        super().__init__(self.mounts.mount(self.image, self.top, kind, "loop"))

    def clear(self):
        self.move(self.top)
        super().clear()

    def fresh(self):
        self.move(self.top)
        return super().fresh()

    def move(self, where):
        """Unmounts and mounts again, there."""
        if self.directory == where:
            return
        mounts.call("umount", self.directory)
        self.directory = self.mounts.mount(self.image, where, self.kind, "loop")
        self.base = self.directory / "base"

    def elsewhere(self, root):
        self.move(self.top.with_name(self.top.name + "-elsewhere"))
        return self.directory / root.name


class Frozen(Directory):
    """On an ext4 whose image is copied, not its files: inodes keep their numbers, as an undo needs."""

    def __init__(self, test, directory):
        self.mounts = mounts.Mounts(test)
        self.image = self.mounts.image("ext4")
        super().__init__(self.mounts.mount(self.image, pathlib.Path(directory) / "ext4", "ext4", "loop"))

    def clear(self):
        shutil.rmtree(self.base, ignore_errors=True)
        self.base.mkdir()

    def fresh(self, _name="work"):
        mounts.call("umount", self.directory)
        work = self.image.with_suffix(".work")
        subprocess.run(["cp", "--sparse=always", self.image, work], check=True)
        self.mounts.mount(work, self.directory, "ext4", "loop")
        return self.base


class Tmpfs(Directory):
    def __init__(self, test, directory):
        top = mounts.Mounts(test).tmpfs(pathlib.Path(directory) / "tmpfs", "size=64m,mode=755")
        super().__init__(top)
        try:
            os.setxattr(top, "user.try", b"")
        except OSError:
            test.skipTest("tmpfs has no user.* xattrs before Linux 6.6")


class Overlay:
    """The old version in a lower layer, on a file system of its own so that numbers change when files are copied up;
    a fresh upper layer for each root."""

    may_miss = ("opt/app/directory-to-file", "opt/app/directory-to-symlink")
    time_step = 0

    def __init__(self, test, directory):
        mounts.need_mounts("overlay", "ext4")
        self.mounts, self.directory = mounts.Mounts(test), pathlib.Path(directory)
        self.lower = self.directory / "lower"
        self.mounts.fresh("ext4", self.lower)
        self.base = self.lower / "base"
        self.mounted = None
        test.addCleanup(self.unmount)

    def clear(self):
        self.unmount()
        shutil.rmtree(self.base, ignore_errors=True)
        self.base.mkdir()

    def unmount(self):
        if self.mounted:
            mounts.call("umount", self.mounted)
        self.mounted = None

    def show(self, name):
        self.unmount()
        where = self.directory / name
        where.mkdir(exist_ok=True)
        mounts.attach("overlay", where, "overlay",
                      f"lowerdir={self.base},upperdir={self.directory}/upper,workdir={self.directory}/workdir")
        self.mounted = where
        return where

    def fresh(self):
        self.unmount()
        for name in ("upper", "workdir"):
            shutil.rmtree(self.directory / name, ignore_errors=True)
            (self.directory / name).mkdir()
        shutil.copystat(self.base, self.directory / "upper")  # what the root directory itself shows
        return self.show("work")

    def elsewhere(self, _root):
        return self.show("elsewhere")


class Boot(Directory):
    """A root on the plain disk, whose /boot holds what FAT holds (fat_like.cpp: in user space, so that it can be tried
    on every kernel, and refuses what only newer ones allow)."""

    may_miss = ("boot/file-to-directory", "boot/directory-to-file")
    time_step = 2

    def __init__(self, test, directory):
        super().__init__(directory)
        self.program = os.environ.get("MINIPKG_FAT_LIKE", "")
        if os.geteuid() != 0:
            test.skipTest("needs root: mounts file systems")
        if not self.program:
            test.skipTest("built without libfuse3: nothing imitates FAT")
        self.mounted = None
        test.addCleanup(self.unmount)

    def clear(self):
        self.unmount()
        super().clear()
        shutil.rmtree(self.store(self.base), ignore_errors=True)
        self.mount(self.base)

    def store(self, root):
        """Where the imitation keeps what /boot of this root holds: beside the root."""
        return root.with_name(root.name + ".boot")

    def mount(self, root):
        self.unmount()
        (root / "boot").mkdir(exist_ok=True)
        self.store(root).mkdir(exist_ok=True)
        mounts.call(self.program, self.store(root), root / "boot")
        self.mounted = root / "boot"

    def unmount(self):
        if self.mounted:
            mounts.call("umount", self.mounted)
        self.mounted = None

    def fresh(self):
        self.unmount()
        root = super().fresh()
        shutil.rmtree(self.store(root), ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.store(self.base)), str(self.store(root))], check=True)
        self.mount(root)
        return root

    def elsewhere(self, root):
        """Mounted anew: every inode has another number."""
        self.unmount()
        moved = super().elsewhere(root)
        shutil.rmtree(self.store(moved), ignore_errors=True)
        self.store(root).rename(self.store(moved))
        self.mount(moved)
        return moved
