# SPDX-License-Identifier: MIT
"""What other unpackers make of a case, in the same arena."""
import os
import shutil

from hostile import arena
from hostile.arena import ARENA, ROOT
from hostile.case import Accepted
from hostile.judge import judge_path
from hostile.tarball import directory, file, tar

LIMIT = 20  # seconds
LOOSE = 16 << 20  # bytes beyond what is declared
DPKG_HOME = "var/lib/dpkg"
# By magic: the name that dpkg wants for a member data.tar… of its archive.
DPKG_NAMES = ((b"\x1f\x8b", "data.tar.gz"), (b"\xfd7zXZ\0", "data.tar.xz"), (b"\x28\xb5\x2f\xfd", "data.tar.zst"),
              (b"BZh", "data.tar.bz2"), (b"\x5d\0\0", "data.tar.lzma"))


def ar_member(name, data):
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
    return head + data + b"\n" * (len(data) % 2)


def as_deb(case, content):
    """A Debian package whose data are the case's very bytes."""
    control = f"Package: {case.name}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n".encode()
    name = next((name for magic, name in DPKG_NAMES if content.startswith(magic)), "data.tar")
    return (b"!<arch>\n" + ar_member("debian-binary", b"2.0\n") +
            ar_member("control.tar", tar(directory("./"), file("./control", control))) + ar_member(name, content))


def bsdtar(case, content):
    (ARENA / "archive").write_bytes(content)
    return ["bsdtar", "-x", "-f", ARENA / "archive", "-C", ROOT]


def dpkg(case, content):
    (ARENA / "archive").write_bytes(as_deb(case, content))
    for name in ("info", "updates", "triggers"):
        (ROOT / DPKG_HOME / name).mkdir(parents=True)
    for name in ("status", "available"):
        (ROOT / DPKG_HOME / name).touch()
    return ["dpkg", f"--root={ROOT}", "--force-unsafe-io", "--force-bad-path", "--force-depends", "--log=/dev/null",
            "--unpack", ARENA / "archive"]


PROGRAMS = {"bsdtar": bsdtar, "dpkg": dpkg}


def is_there(program):
    return shutil.which(program) is not None


def verdict(program, case, content):
    """In a word or two."""
    arena.fresh_root()
    command = PROGRAMS[program](case, content)
    arena.set_size(arena.used() + case.declared + LOOSE)
    outside, before = arena.snapshot_outside(), arena.snapshot(ROOT, without=(DPKG_HOME.encode(),))
    done = arena.run(command, {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, LIMIT)
    after = arena.snapshot(ROOT, without=(DPKG_HOME.encode(),))
    escaped = arena.differences(outside, arena.snapshot_outside())
    arena.set_size(64 << 20)
    (ARENA / "archive").unlink()
    if escaped:
        arena.fresh_outside()
        return "**ESCAPED**"
    if done.hung:
        return "**hung**"
    if done.status < 0:
        return f"**crashed** (signal {-done.status})"
    if done.status != 0:
        return "refused" if before.keys() == after.keys() else "refused, files remain"
    if isinstance(case.verdict, Accepted) and any(fault for path, wanted in case.verdict.there.items()
                                                  for fault in judge_path(path, wanted)):
        return "wrote something else"
    return "accepted"
