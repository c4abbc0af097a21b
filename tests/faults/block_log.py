# SPDX-License-Identifier: MIT
"""What reached a set of disks, write by write, and the states in which a power cut can leave them."""
import mmap
import os
import pathlib
import struct
import subprocess
import time

from faults.disks import run, unmount

PROGRAM = os.environ.get("MINIPKG_LOGGED_DEVICE", "")
HEADER = struct.Struct("=IIQQ")  # logged_device.cpp: kind, device, offset, length
WRITE, FLUSH = 1, 2
BLOCK = 4096  # what a disk writes whole


class Recording:
    """Loop devices over images, with everything that is written to them logged, until the end of the block."""

    def __init__(self, images, log):
        self.images, self.log, self.devices = pathlib.Path(images), pathlib.Path(log), []
        self.served = self.images.with_name(self.images.name + ".served")

    def __enter__(self):
        self.served.mkdir(exist_ok=True)
        self.daemon = subprocess.Popen([PROGRAM, str(self.log), str(self.images), str(self.served)])
        while not os.path.ismount(self.served):
            if self.daemon.poll() is not None:
                raise OSError(f"{PROGRAM} ended with {self.daemon.returncode}")
            time.sleep(0.01)
        for image in sorted(self.images.iterdir()):
            self.devices.append(run("losetup", "--find", "--show", self.served / image.name))
        return self

    def position(self):
        """The length of the log up to now. Writes are logged while they are served, so none is still under way."""
        return self.log.stat().st_size

    def __exit__(self, *_):
        for device in self.devices:
            run("losetup", "--detach", device)
        unmount(self.served)
        self.daemon.wait(timeout=60)


class Log:
    """The records in order. A state is named by how many of them had been served when the power went."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if os.path.getsize(path) else b""
        self.records, self.ends = [], []
        at = 0
        while at < len(self.data):
            kind, device, offset, length = HEADER.unpack_from(self.data, at)
            at += HEADER.size
            self.records.append((kind, device, offset, at, length))
            at += length
            self.ends.append(at)

    def count_before(self, position):
        """How many records the log had when it was this long."""
        return sum(end <= position for end in self.ends)

    def cuts(self):
        """After each write; flushes change nothing by themselves."""
        return [at + 1 for at, record in enumerate(self.records) if record[0] == WRITE]

    def prefix(self, cut):
        """Every write that was served before the cut, in blocks of (device, offset, bytes)."""
        return [part for record in self.records[:cut] for part in self._blocks(record)]

    def reordered(self, cut, random):
        """What each disk had flushed before the cut, and a random choice of the blocks it got since."""
        flushed = {}
        for at, (kind, device, *_) in enumerate(self.records[:cut]):
            if kind == FLUSH:
                flushed[device] = at
        kept = []
        for at, record in enumerate(self.records[:cut]):
            safe = at < flushed.get(record[1], -1)
            kept += [part for part in self._blocks(record) if safe or random.random() < 0.5]
        return kept

    def _blocks(self, record):
        kind, device, offset, at, length = record
        if kind != WRITE:
            return
        for begin in range(0, length, BLOCK):
            yield device, offset + begin, self.data[at + begin:at + min(begin + BLOCK, length)]


def build(base, blocks, directory):
    """Copies the base images and writes the blocks over them; returns the images."""
    run("rm", "-rf", directory)
    run("cp", "-r", "--sparse=always", "--reflink=auto", base, directory)
    images = sorted(pathlib.Path(directory).iterdir())
    files = [open(image, "r+b", buffering=0) for image in images]
    for device, offset, data in blocks:
        os.pwrite(files[device].fileno(), data, offset)
    for file in files:
        file.close()
    return images
