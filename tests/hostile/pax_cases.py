# SPDX-License-Identifier: MIT
"""Pax headers: malformed, too large, contradictory, for all members; and GNU's long names beside them."""
from hostile.case import Accepted, Case, Refused
from hostile.tarball import BLOCK, GNU, Member, base_256, file, global_pax, gnu_long, pax, record, symlink, tar

MALFORMED = "has a malformed pax header"
TWO = "has two pax headers or two long names"


def headed(name, what, header, why, **fields):
    return Case(name, what, [file("f", b"x", before=header, **fields)], Refused(why, 1))


def ignored(name, what, header):
    return Case(name, what, [file("f", b"x", before=header)], Accepted({"/f": b"x"}))


def for_all(name, key, value):
    return Case(f"global-{name}", f"a global header that sets `{key}` for all members",
                [global_pax({key: value}), file("f", b"x")],
                Refused(f"has a global pax header that sets '{key}' for all members", 1))


def endless(header, size):
    """A header that says it is as large as `size`, and is."""
    return lambda: Member("x", type=header, size=size, magic=GNU).header() + b"a" * size + tar(file("f", b"x"))


RECORDS = [
    headed("pax-length-long", "a record that is longer than the header", pax(b"99 path=g\n"), MALFORMED),
    headed("pax-length-short", "a record that ends within its value", pax(b"9 path=gg\n"), MALFORMED),
    headed("pax-length-zero", "a record of length 0 (endless loop)", pax(b"0 path=g\n"), MALFORMED),
    headed("pax-length-one", "a record shorter than its own length", pax(b"1 path=g\n"), MALFORMED),
    headed("pax-length-negative", "a record of negative length", pax(b"-10 path=g\n"), MALFORMED),
    headed("pax-length-2-64", "a length of 2^64 + 10, which is 10 elsewhere",
           pax(b"18446744073709551626 path=g\n"), MALFORMED),
    headed("pax-length-letters", "a length of letters", pax(b"ten path=g\n"), MALFORMED),
    headed("pax-length-missing", "a record without a length", pax(b" path=g\n"), MALFORMED),
    headed("pax-no-newline", "a record without its newline", pax(b"10 path=gg"), MALFORMED),
    headed("pax-no-equals", "a record without =", pax(b"8 path\n\n"), MALFORMED),
    headed("pax-no-key", "a record without a key", pax(b"5 =g\n"), MALFORMED),
    headed("pax-blank-key", "a key with a space in front, which GNU tar reads over", pax(record(" path", "g")),
           MALFORMED),
    ignored("pax-length-zeros", "a length with zeros in front", pax(b"010 uid=0\n")),
    ignored("pax-empty", "a pax header of nothing", pax(b"")),
    headed("pax-rest", "bytes behind the last record", pax(record("comment", "c") + b"rest"), MALFORMED),
    headed("pax-zeros", "zeros behind the last record", pax(record("comment", "c") + bytes(10)), MALFORMED),
    headed("pax-twice-path", "two paths in one header", pax([("path", "f"), ("path", "../outside/f")]),
           "has two pax records 'path'"),
    headed("pax-twice-size", "two sizes in one header", pax([("size", "1"), ("size", "512")]),
           "has two pax records 'size'"),
    headed("pax-twice", "two pax headers before one member", pax({"path": "f"}) + pax({"path": "g"}), TWO),
    headed("pax-loop", "a thousand pax headers before one member", pax({"comment": "c"}) * 1000, TWO),
    headed("pax-nul-key", "a NUL in a key", pax(record("pa\0th", "g")), ""),
    headed("pax-control-key", "a key that clears the terminal, twice", pax([("\x1b[2J", "1"), ("\x1b[2J", "2")]),
           "has two pax records '\\x1b[2J'"),
    ignored("pax-comment", "a comment", pax({"comment": "hello"})),
    ignored("pax-vendor", "a record of a vendor that nobody knows", pax({"VENDOR.thing": "1"})),
    ignored("pax-times", "times of access and change that are letters: nobody asks",
            pax({"atime": "1.5", "ctime": "2"})),
    ignored("pax-inode", "inode, device and link count",
            pax({"SCHILY.ino": "2", "SCHILY.dev": "1", "SCHILY.nlink": "9"})),
    headed("pax-dumpdir", "GNU.dumpdir, which would delete", pax({"GNU.dumpdir": "Yf"}),
           "has a pax record 'GNU.dumpdir', which is not supported"),
    headed("pax-volume", "GNU.volume.offset: the rest of a file of another volume",
           pax({"GNU.volume.filename": "f", "GNU.volume.size": "1024", "GNU.volume.offset": "512"}),
           "has a pax record 'GNU.volume."),
    ignored("charset-utf-8", "names in UTF-8, by hdrcharset",
            pax({"hdrcharset": "ISO-IR 10646 2000 UTF-8", "path": "f"})),
    Case("charset-binary", "names as bytes, by hdrcharset",
         [file("f", b"x", before=pax({"hdrcharset": "BINARY", "path": b"\xff"}), listed=None)],
         Accepted({b"/\xff": b"x"}), native=None),
    headed("charset-unknown", "names in a charset that nobody knows", pax({"hdrcharset": "EBCDIC", "path": "f"}),
           "has names in a charset that is not supported"),
]

GLOBALS = [
    for_all("path", "path", "../outside/f"),
    for_all("linkpath", "linkpath", "/mnt/outside/secret"),
    for_all("size", "size", "512"),
    for_all("uid", "uid", "0"),
    for_all("mtime", "mtime", "0"),
    for_all("charset", "hdrcharset", "BINARY"),
    for_all("xattr", "SCHILY.xattr.security.capability", "x"),
    for_all("vendor", "VENDOR.thing", "1"),
    Case("global-comment", "a global comment, as `git archive` writes",
         [global_pax({"comment": "0" * 40}), file("f", b"x")],
         Accepted({"/f": b"x"})),
    Case("global-twice", "two global headers",
         [global_pax({"comment": "1"}), global_pax({"comment": "2"}), file("f", b"x")],
         Refused(TWO, 1)),
    Case("global-later", "a global path between two members",
         [file("a", b"a"), global_pax({"path": "a"}), file("f", b"x")], Refused("has a global pax header", 2)),
    Case("global-malformed", "a global header that is no records", [pax(b"garbage!!!", type=b"g"), file("f", b"x")],
         Refused(MALFORMED, 1)),
    Case("global-last", "a global header, and then nothing", [file("f", b"x"), global_pax({"comment": "c"})],
         Refused("the archive goes on behind its end mark")),
]

LONG = [
    headed("long-twice", "two long names before one member", gnu_long("f") + gnu_long("../outside/f"), TWO),
    headed("long-loop", "a thousand long names before one member", gnu_long("f") * 1000, TWO),
    Case("long-last", "a long name, and then nothing", [file("f", b"x"), gnu_long("g")], Refused("", 2)),
    Case("pax-last", "a pax header, and then nothing", [file("f", b"x"), pax({"path": "g"})], Refused("", 2)),
    headed("long-and-pax", "a long name and a pax path that differ", gnu_long("g") + pax({"path": "h"}),
           "has two names"),
    headed("pax-and-long", "a pax path and a long name that differ", pax({"path": "h"}) + gnu_long("g"),
           "has two names"),
    Case("long-link-and-pax", "a long link and a pax linkpath that differ",
         [symlink("l", "t", before=gnu_long("g", b"K") + pax({"linkpath": "h"}))],
         Refused("has two names to link to", 1)),
    ignored("long-link-on-file", "a long link before a file that is no link", gnu_long("/mnt/outside/secret", b"K")),
    Case("long-unterminated", "a long name without its NUL",
         [file("f", b"x", before=Member("././@LongLink", type=b"L", data=b"longname", magic=GNU).encoded(),
               listed={"path": "/longname"})], Accepted({"/longname": b"x"})),
    headed("long-negative", "a long name of negative size",
           Member("././@LongLink", type=b"L", size=base_256(-BLOCK, 12), magic=GNU).header(), ""),
    headed("long-2-63", "a long name of 2^63 - 1 bytes",
           Member("././@LongLink", type=b"L", size=base_256(2**63 - 1, 12), magic=GNU).header(), ""),
    headed("pax-2-63", "a pax header of 2^63 - 1 bytes",
           Member("x", type=b"x", size=base_256(2**63 - 1, 12)).header(), ""),
    headed("pax-letters", "a pax header whose size is letters",
           Member("x", type=b"x", size=b"abcdefghijk\0").header(), ""),
    Case("long-4-gib", "a long name of 4 GiB, and no byte of it",
         [file("f", b"x", before=Member("././@LongLink", type=b"L", size=1 << 32, magic=GNU).header())],
         Refused("", 1)),
    Case("pax-bomb", "a pax header of 12 MiB", endless(b"x", 12 << 20), Refused("", 1)),
    Case("global-bomb", "a global header of 12 MiB", endless(b"g", 12 << 20), Refused("", 1)),
    Case("long-bomb", "a long name of 12 MiB", endless(b"L", 12 << 20), Refused("", 1)),
    Case("long-link-bomb", "a long link of 12 MiB", endless(b"K", 12 << 20), Refused("", 1)),
    ignored("pax-many", "a pax header of 20,000 records", pax([(f"VENDOR.{at}", "x") for at in range(20000)])),
]

CASES = RECORDS + GLOBALS + LONG
