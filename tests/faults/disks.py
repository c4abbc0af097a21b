# SPDX-License-Identifier: MIT
"""Disk images with file systems on them, mounted below one root."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import time


@dataclasses.dataclass(frozen=True)
class Format:
    """How an image is made and mounted. Background work that writes without being asked is turned off."""
    kind: str
    megabytes: int
    make: tuple
    options: str


FORMATS = {
    "ext4": Format("ext4", 64, ("mkfs.ext4", "-q", "-F", "-b", "4096", "-E",
                                "nodiscard,lazy_itable_init=0,lazy_journal_init=0"), "data=ordered,nodiscard"),
    # nouuid: where another mount namespace still holds the state before, its twin is refused otherwise.
    "xfs": Format("xfs", 300, ("mkfs.xfs", "-q", "-f", "-K"), "nodiscard,nouuid"),
    "btrfs": Format("btrfs", 256, ("mkfs.btrfs", "-q", "-f", "-K"), "nodiscard"),
}
# Without it ext4 writes a file's data before a rename that replaces another file, as a favour to careless programs.
FORMATS["ext4-noauto_da_alloc"] = dataclasses.replace(FORMATS["ext4"], options="data=ordered,nodiscard,noauto_da_alloc")


@dataclasses.dataclass(frozen=True)
class Layout:
    """Which disks a root is made of: format and mount point below it, outermost first; then btrfs subvolumes."""
    name: str
    disks: tuple
    subvolumes: tuple = ()

    def missing(self):
        """Programs without which this layout cannot be made."""
        return [f.make[0] for f in self.formats() if not shutil.which(f.make[0])]

    def formats(self):
        return [FORMATS[name] for name, _ in self.disks]

    def make(self, directory):
        """Fills a directory with the images 0, 1, …"""
        directory.mkdir()
        for number, form in enumerate(self.formats()):
            image = directory / str(number)
            with open(image, "wb") as file:
                file.truncate(form.megabytes << 20)
            run(*form.make, image)
            run("fallocate", "--dig-holes", image)  # mkfs writes zeroes: no copy needs them


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout.strip()


def unmount(path):
    """Waits for whoever still looks, such as a scanner of new file systems; in the end it lets go lazily."""
    for _ in range(50):
        if subprocess.run(["umount", str(path)], capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", str(path)], capture_output=True)


class Mounted:
    """A layout's disks, mounted below a root until the end of the block. `devices` are files or block devices."""

    def __init__(self, layout, devices, root):
        self.layout, self.devices, self.root, self.points = layout, devices, pathlib.Path(root), []

    def __enter__(self):
        self.root.mkdir(exist_ok=True)
        try:
            for device, form, (_, below) in zip(self.devices, self.layout.formats(), self.layout.disks):
                point = self.root / below
                point.mkdir(exist_ok=True)
                loop = "" if str(device).startswith("/dev/loop") else "loop,"
                run("mount", "-t", form.kind, "-o", loop + form.options, device, point)
                self.points.append(point)
        except OSError:
            self.__exit__()
            raise
        return self.root

    def __exit__(self, *_):
        while self.points:
            unmount(self.points.pop())


def scratch_directory():
    """Images are copied for each state: memory is the place for them where there is any."""
    shm = "/dev/shm"
    return shm if os.path.isdir(shm) and shutil.disk_usage(shm).free > 2 << 30 else None
