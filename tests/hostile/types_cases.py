# SPDX-License-Identifier: MIT
"""Types that are unknown, do not fit what they carry, or need consent; headers that are damaged."""
from hostile.case import Accepted, Case, Refused
from hostile.tarball import (BLOCK_DEVICE, CHARACTER, CONTIGUOUS, FIFO, GNU, V7, Member, directory, file, pax, symlink,
                             tar)

CONSENT = "has what only a manifest may ask for: "
SPECIAL = ("--allow-special",)
CARRIES = "carries data, but is no regular file"


def unknown(name, what, letter, **fields):
    shown = letter.decode("latin-1") if 0x20 <= letter[0] < 0x7F else f"\\x{letter[0]:02x}"
    return Case(f"type-{name}", what, [Member("f", letter, **{"data": b"x", "listed": {"type": "file"}, **fields})],
                Refused(f"is of the unknown type '{shown}'", 1, "f"))


def magic(name, what, **fields):
    """The prefix field is a part of the name to one reader, and not to another."""
    return Case(f"magic-{name}", what, [file("f", b"x", **{"prefix": b"usr/lib", **fields})],
                Refused("has a header in no dialect of tar", 1))


def special(name, what, member, feature, there):
    """Refused in a bare tar; with consent, or in a manifest, it is made."""
    path = "/" + member.name
    return [Case(name, what, [member], Refused(CONSENT + feature, 1, member.name), native=Accepted({path: there}),
                 inspect=Accepted({}, (f"{feature} {path}",))),
            Case(f"{name}-allowed", f"{what}, with --allow-special", [member],
                 Accepted({path: there}, (f"{feature} {path}",)), options=SPECIAL, native=None)]


UNKNOWN = [
    unknown("multi-volume", "M: the rest of a file of another volume", b"M", magic=GNU),
    Case("type-volume-label", "V: a volume's name", [Member("name", b"V", magic=GNU, listed=None), file("f", b"x")],
         Refused("is of the unknown type 'V'", 1)),
    unknown("dumpdir", "D: a directory of GNU's incremental dumps, which would delete",
            b"D", data=b"Yf\0\0", magic=GNU),
    unknown("old-long-name", "N: long names of an old GNU tar, which would rename",
            b"N", data=b"Rename f to ../outside/f\n\0", magic=GNU),
    unknown("solaris", "X: a pax header of Solaris", b"X", data=b"21 path=../outside/f\n"),
    unknown("solaris-acl", "A: an ACL of Solaris", b"A"),
    unknown("solaris-attributes", "E: attributes of Solaris", b"E"),
    unknown("inode", "I: an inode without content", b"I"),
    unknown("eight", "8: an unknown number", b"8"),
    unknown("letter", "z: an unknown letter", b"z"),
    unknown("byte", "a byte that is no letter", b"\xff"),
    unknown("sparse-ustar", "S in a ustar header, where GNU's map would be elsewhere", b"S"),
    Case("type-contiguous", "7: a contiguous file is a file", [Member("f", CONTIGUOUS, data=b"x")],
         Accepted({"/f": b"x"})),
    Case("type-v7-file", "no type, as in v7", [Member("f", b"\0", data=b"x", magic=V7)], Accepted({"/f": b"x"})),
    Case("type-v7-directory", "no type, but a slash: a directory of v7",
         [Member("d/", b"\0", mode=0o755, magic=V7, listed={"type": "dir"})], Accepted({"/d": {"type": "dir"}})),
    Case("type-in-mode", "the mode says that it is a symlink, the type does not",
         [file("f", b"x", mode=b"0120777\0", listed={"mode": "0777"})],
         Accepted({"/f": {"type": "file", "mode": 0o777, "content": b"x"}})),
]

DATA = [
    Case("directory-data", "a directory with data, which hides a member",
         [directory("d", data=file("../outside/f").header())], Refused(CARRIES, 1, "d")),
    Case("symlink-data", "a symlink with data", [symlink("l", "t", data=file("../outside/f").header())],
         Refused(CARRIES, 1, "l")),
    Case("device-data", "a device with data", [Member("c", CHARACTER, device=(1, 3), data=b"x")],
         Refused(CARRIES, 1, "c"), options=SPECIAL),
    Case("fifo-data", "a fifo with data", [Member("p", FIFO, data=b"x")], Refused(CARRIES, 1, "p"), options=SPECIAL),
]

SPECIAL_FILES = [
    *special("device", "a character device: /dev/mem", Member("mem", CHARACTER, device=(1, 1), mode=0o600),
             "character device", {"type": "char", "mode": 0o600}),
    *special("block-device", "a block device", Member("disk", BLOCK_DEVICE, device=(7, 0), mode=0o666),
             "block device", {"type": "block", "mode": 0o666}),
    *special("whiteout-device", "overlayfs' whiteout, a device 0:0", Member("gone", CHARACTER, mode=0),
             "character device", {"type": "char"}),
    *special("fifo", "a fifo", Member("p", FIFO), "fifo", {"type": "fifo"}),
    *special("setuid", "a setuid program", file("su", b"x", mode=0o4755), "setuid", {"type": "file", "mode": 0o4755}),
    *special("setgid", "a setgid program", file("sg", b"x", mode=0o2755), "setgid", {"type": "file", "mode": 0o2755}),
    *special("setgid-directory", "a setgid directory", directory("d", mode=0o2775), "setgid",
             {"type": "dir", "mode": 0o2775}),
    Case("sticky", "a sticky directory needs no consent", [directory("d", mode=0o1777)],
         Accepted({"/d": {"type": "dir", "mode": 0o1777}})),
    Case("setuid-symlink", "a setuid symlink means nothing",
         [symlink("l", "usr", mode=0o4777)], Accepted({"/l": "usr"})),
    Case("device-number-large", "a device number that no kernel has",
         [Member("c", CHARACTER, device=(b"\x80" + b"\xff" * 7, 0), listed={"dev": [1, 0]})],
         Refused("device number", 1, "c"), options=SPECIAL),
]

DAMAGED = [
    Case("checksum-wrong", "a wrong checksum", [file("a", b"x"), file("f", b"x", checksum=b"000001\0 ")],
         Refused("has a damaged header (wrong checksum)", 2)),
    Case("checksum-wrong-first", "a wrong checksum of the first header", [file("f", b"x", checksum=b"000001\0 ")],
         Refused("it is in no format that is known here"), native=Refused("wrong checksum", 1)),
    Case("checksum-blank", "no checksum", [file("a", b"x"), file("f", b"x", checksum=b" " * 8)],
         Refused("has a damaged header (wrong checksum)", 2)),
    Case("checksum-letters", "a checksum of letters", [file("a", b"x"), file("f", b"x", checksum=b"checksum")],
         Refused("has a damaged header (wrong checksum)", 2)),
    Case("header-garbage", "a block of garbage between two members", [file("a", b"x"), b"\xa5" * 512, file("f", b"x")],
         Refused("has a damaged header", 2)),
    Case("header-half", "the archive ends within a header", tar(file("a", b"x"), end=file("f").header()[:300]),
         Refused("the archive is truncated", 2)),
    Case("mode-letters", "a mode that is no number", [file("f", b"x", mode=b"rwxr-xr-", listed={"mode": "0755"})],
         Refused("has a mode that is out of range", 1, "f")),
    Case("mode-blank", "no mode: none to libarchive, 7777 to GNU tar", [file("f", b"x", mode=b" " * 8)],
         Refused("has a mode that is out of range", 1, "f")),
    Case("mode-negative", "a negative mode", [file("f", b"x", mode=b"-0000777", listed={"mode": "0777"})],
         Refused("has a mode that is out of range", 1, "f")),
    Case("mode-large", "a mode of more bits than there are",
         [file("f", b"x", mode=b"7777777\0", listed={"mode": "0777"})],
         Refused("has a mode that is out of range", 1, "f")),
    magic("unknown", "a magic that nobody knows: to Python the prefix counts", magic=b"USTAR\x0000"),
    magic("half-gnu", "GNU's magic with another version: libarchive joins the prefix, GNU tar does not",
          magic=b"ustar  X"),
    magic("half-ustar", "a magic between ustar's and GNU's: the same", magic=b"ustar \x0000"),
    magic("v7-prefix", "a prefix in a v7 header, which only Python joins", magic=V7, raw={345: b"usr/lib"}),
    Case("magic-gnu-prefix", "a prefix where GNU tar has times of incremental dumps, which only Python joins",
         [file("f", b"x", magic=GNU, prefix=b"usr/lib")], Refused("has a header of an incremental dump", 1, "f")),
    Case("device-v7", "a device number in a v7 header, which only Python reads",
         [Member("c", CHARACTER, magic=V7, raw={329: b"0000001\0", 337: b"0000003\0"}, listed={"dev": [1, 3]})],
         Refused("has a header in no dialect of tar", 1, "c"), options=SPECIAL),
    Case("device-pax", "a pax record with another device number: libarchive believes it, GNU tar the header",
         [Member("c", CHARACTER, device=(1, 5), before=pax({"SCHILY.devmajor": "1", "SCHILY.devminor": "1"}))],
         Refused("has a pax record 'SCHILY.devminor' that contradicts its header", 1, "c"), options=SPECIAL),
    Case("device-pax-same", "a pax record with the same device number",
         [Member("c", CHARACTER, device=(1, 5), before=pax({"SCHILY.devmajor": "1", "SCHILY.devminor": "5"}))],
         Accepted({"/c": {"type": "char"}}), options=SPECIAL),
]

CASES = UNKNOWN + DATA + SPECIAL_FILES + DAMAGED
