# SPDX-License-Identifier: MIT
"""Sparse files of GNU tar, in all four formats, whose maps lie."""
import hashlib

from hostile.case import Accepted, Case, Refused
from hostile.tarball import BLOCK, END, base_256, file, gzipped, octal, old_sparse, pax, tar

BROKEN = "has a size or a sparse map that does not fit its data"
SHORT = "has a sparse map that ends before the file does"
LENGTH = "has a sparse map of another length than announced"
MIXED = "has records of a sparse map that do not belong together"
BACK = "has a sparse map that goes back or beyond the file's end"


def content(size, **at):
    """Zeros but for the bytes at offsets ("_5": b"x")."""
    whole = bytearray(size)
    for offset, value in at.items():
        whole[int(offset[1:]):int(offset[1:]) + len(value)] = value
    return bytes(whole)


def listed(whole):
    return {"size": len(whole), "digest": {"sha256": hashlib.sha256(whole).hexdigest()}, "path": "/f"}


WHOLE = content(8192, _0=b"a" * BLOCK, _4096=b"b" * BLOCK)
DATA = b"a" * BLOCK + b"b" * BLOCK
# The last piece is of nothing, and stands where the file ends: GNU tar needs it.
PIECES = [(0, BLOCK), (4096, BLOCK), (8192, 0)]


def old(name, what, pieces, size, why, data=DATA, number=1, **fields):
    member = old_sparse("f", pieces, size, data, **{"listed": listed(WHOLE), **fields})
    return Case(f"old-sparse-{name}", what, [member], Refused(why, number))


def zero_zero(records, count=None):
    """GNU.sparse 0.0: offset and numbytes again and again."""
    pairs = [("GNU.sparse.size", "8192"), ("GNU.sparse.numblocks", str(count or len(records)))]
    for offset, size in records:
        pairs += [("GNU.sparse.offset", str(offset)), ("GNU.sparse.numbytes", str(size))]
    return file("f", DATA, before=pax(pairs), listed=listed(WHOLE))


LIST = "0,512,4096,512,8192,0"


def zero_one(text, size="8192", count="3", name="f", **fields):
    """GNU.sparse 0.1: the map in one record."""
    return file("GNUSparseFile.1/f", fields.pop("data", DATA),
                before=pax({"GNU.sparse.size": size, "GNU.sparse.numblocks": count, "GNU.sparse.map": text,
                            "GNU.sparse.name": name, **fields.pop("more", {})}), listed=listed(WHOLE), **fields)


def one_zero(text, data=DATA, size="8192", major="1", **fields):
    """GNU.sparse 1.0: the map stands before the data."""
    text = text.encode()
    return file("GNUSparseFile.1/f", text + bytes(-len(text) % BLOCK) + data,
                before=pax({"GNU.sparse.major": major, "GNU.sparse.minor": "0", "GNU.sparse.name": "f",
                            "GNU.sparse.realsize": size}), listed=listed(WHOLE), **fields)


def behind_its_end():
    """libarchive reads the second block, GNU tar does not."""
    block = b"".join(octal(at, 12) + octal(size, 12) for at, size in PIECES[1:])
    head = old_sparse("f", PIECES[:1], 8192, DATA)
    head.raw[482] = b"\1"
    return tar(head.header() + block + bytes(BLOCK - len(block)) + DATA)


def lie(name, what, member, why):
    return Case(name, what, [member], Refused(why, 1))


GOOD_MAP = "3\n0\n512\n4096\n512\n8192\n0\n"
THERE = {"/f": {"type": "file", "size": 8192, "content": WHOLE}}


def old_with_extension(links):
    """Old sparse: the map goes on in further blocks, each of which says whether another comes."""
    pieces = [(at * 1024, BLOCK) for at in range(4)]
    block = b"".join(octal(4096 + at * 1024, 12) + octal(0, 12) for at in range(21))
    chain = (block + b"\1" + bytes(7)) * links
    head = old_sparse("f", pieces, 1 << 30, b"", size=4 * BLOCK)
    head.raw[482] = b"\1"
    return head.header() + chain


CASES = [
    Case("old-sparse", "an honest one, old GNU", [old_sparse("f", PIECES, 8192, DATA, listed=listed(WHOLE))],
         Accepted(THERE)),
    Case("sparse-0.0", "an honest one, 0.0", [zero_zero(PIECES)], Accepted(THERE)),
    Case("sparse-0.1", "an honest one, 0.1", [zero_one(LIST)], Accepted(THERE)),
    Case("sparse-1.0", "an honest one, 1.0", [one_zero(GOOD_MAP)], Accepted(THERE)),
    old("overlap", "pieces that overlap", [(0, BLOCK), (256, BLOCK)], 8192, ""),
    old("backwards", "pieces that go backwards", [(4096, BLOCK), (0, BLOCK)], 8192, ""),
    old("beyond", "a piece beyond the file's end", [(0, BLOCK), (9000, BLOCK)], 8192, ""),
    old("small-real-size", "a file smaller than its data", PIECES, 100, ""),
    old("more-data", "data that no piece takes", [(0, BLOCK), (8192, 0)], 8192, BROKEN),
    old("less-data", "a piece without data", PIECES, 8192, "", data=b"a" * BLOCK),
    old("2-63", "a piece at 2^63 - 1", [(0, BLOCK), (2**63 - 1, BLOCK)], 8192, ""),
    old("overflow", "offset and length that are small when added", [(2**63 - 512, 512), (0, 512)], 8192, ""),
    old("negative", "a negative offset", [(base_256(-512, 12), 512), (0, 512)], 8192, ""),
    old("negative-length", "a negative length", [(0, base_256(-512, 12)), (4096, 512)], 8192, ""),
    old("negative-size", "a negative size of the whole", PIECES, base_256(-1, 12), ""),
    old("letters", "a map of letters", [(b"offset-of-it", b"its-lengthes"), (0, 512)], 8192, ""),
    Case("old-sparse-exabyte", "an EiB of hole from 512 bytes",
         [old_sparse("f", [(0, BLOCK), (1 << 59, 0)], 1 << 59, b"a" * BLOCK)],
         Refused("has holes out of all proportion", 1)),
    Case("old-sparse-17-gib", "17 GiB of hole from 512 bytes",
         [old_sparse("f", [(0, BLOCK), (17 << 30, 0)], 17 << 30, b"a" * BLOCK)],
         Refused("has holes out of all proportion", 1)),
    Case("old-sparse-beside-zeros", "17 GiB of hole beside 32 MiB of zeros, in 32 KiB of gzip",
         lambda: gzipped(file("zeros", size=32 << 20).header(), (bytes(1 << 20), 32),
                         old_sparse("f", [(0, BLOCK), (17 << 30, 0)], 17 << 30, b"a" * BLOCK).encoded(), END),
         Refused("has holes out of all proportion", 2, "f")),
    Case("old-sparse-endless", "a map that goes on to the end of the archive", tar(old_with_extension(64), end=b""),
         Refused("", 1)),
    Case("old-sparse-long-map", "a map of 10 MiB", lambda: tar(old_with_extension(20480)), Refused("", 1)),
    Case("old-sparse-in-ustar", "old GNU's map behind a ustar magic",
         [old_sparse("f", PIECES, 8192, DATA, listed=listed(WHOLE), magic=b"ustar\x0000")],
         Refused("is of the unknown type 'S'", 1)),
    lie("sparse-0.0-backwards", "0.0, pieces that go backwards", zero_zero([(4096, 512), (0, 512)]), ""),
    lie("sparse-0.0-negative", "0.0, a negative offset", zero_zero([(-512, 512), (4096, 512)]), ""),
    lie("sparse-0.0-huge", "0.0, a length of 2^62", zero_zero([(0, 2**62), (4096, 512)]), ""),
    lie("sparse-0.1-odd", "0.1, an odd count of numbers", zero_one("0,512,4096"), ""),
    lie("sparse-0.1-letters", "0.1, a map of letters", zero_one("0,512,x,512,8192,0"),
        "has a sparse map that is no list"),
    lie("sparse-0.1-negative", "0.1, negative numbers",
        zero_one("0,512,-4096,512,8192,0"), "has a sparse map that is no list"),
    lie("sparse-0.1-empty", "0.1, an empty map before data", zero_one(""), ""),
    lie("sparse-0.1-commas", "0.1, commas without numbers", zero_one(",,,,"), ""),
    lie("sparse-0.1-beyond", "0.1, a piece beyond the end", zero_one("0,512,1000000,512"), ""),
    lie("sparse-0.1-size-2-63", "0.1, a whole of 2^63 bytes", zero_one(LIST, size=str(2**63)), ""),
    lie("sparse-0.1-size-negative", "0.1, a whole of -1 bytes", zero_one(LIST, size="-1"), ""),
    lie("sparse-0.1-name-dotdot", "0.1, `../` in the name of the map", zero_one(LIST, name="../outside/f"),
        "has a '..' component"),
    lie("sparse-0.1-name-absolute", "0.1, an absolute name in the map",
        zero_one(LIST, name="/mnt/outside/f"),
        "is absolute"),
    lie("sparse-0.1-name-nul", "0.1, a NUL in the name", zero_one(LIST, name="f\0/../../outside/f"),
        "has a NUL byte"),
    lie("sparse-1.0-no-map", "1.0 without a map", one_zero("", DATA), ""),
    lie("sparse-1.0-count", "1.0, more pieces than the map has", one_zero("9\n0\n512\n4096\n512\n"), ""),
    lie("sparse-1.0-count-huge", "1.0, 2^62 pieces", one_zero(f"{2**62}\n0\n512\n"), ""),
    lie("sparse-1.0-letters", "1.0, a map of letters", one_zero("2\nx\n512\n4096\n512\n"), ""),
    lie("sparse-1.0-negative", "1.0, negative numbers", one_zero("2\n0\n512\n-4096\n512\n"), ""),
    lie("sparse-1.0-endless", "1.0, a number that never ends", one_zero("9" * 4096), ""),
    lie("sparse-1.0-backwards", "1.0, pieces that go backwards", one_zero("2\n4096\n512\n0\n512\n"), ""),
    lie("sparse-1.0-beyond", "1.0, a piece beyond the end", one_zero("2\n0\n512\n9000\n512\n"), ""),
    lie("sparse-1.0-real-size", "1.0, a whole of 2^63 bytes", one_zero(GOOD_MAP, size=str(2**63)), ""),
    lie("sparse-2.0", "a format of the future, 2.0", one_zero(GOOD_MAP, major="2"), ""),
    old("short", "a map that ends before the file does: GNU tar makes a shorter file", PIECES[:2], 8192, SHORT),
    lie("sparse-0.0-short", "the same in 0.0", zero_zero(PIECES[:2]), SHORT),
    lie("sparse-0.1-short", "the same in 0.1", zero_one("0,512,4096,512", count="2"), SHORT),
    lie("sparse-1.0-short", "the same in 1.0", one_zero("2\n0\n512\n4096\n512\n"), SHORT),
    lie("sparse-0.0-count", "0.0, another count than there are pieces", zero_zero(PIECES, count=9), LENGTH),
    lie("sparse-0.1-count", "0.1, another count than there are pieces", zero_one(LIST, count="9"), LENGTH),
    lie("sparse-0.1-size-letters", "0.1, a size with a letter, which libarchive reads over",
        zero_one(LIST, size="8192x"), "has a sparse map that is no list of numbers"),
    lie("sparse-0.1-size-blank", "0.1, a size with a space in front", zero_one(LIST, size=" 8192"),
        "has a sparse map that is no list of numbers"),
    lie("sparse-1.0-comment", "1.0, a comment in the map, which only libarchive reads over",
        one_zero("#c\n" + GOOD_MAP), "has a sparse map that is no list of numbers"),
    lie("sparse-two-sizes", "0.1 with 1.0's size as well: the last counts to libarchive, none to GNU tar",
        zero_one(LIST, more={"GNU.sparse.realsize": "4096"}), MIXED),
    lie("sparse-two-maps", "0.1 with 0.0's pieces as well",
        zero_one(LIST, more={"GNU.sparse.offset": "0", "GNU.sparse.numbytes": "512"}), MIXED),
    lie("sparse-size-alone", "a size of the whole without a map",
        file("f", DATA, before=pax({"GNU.sparse.size": "8192"}), listed=listed(WHOLE)), MIXED),
    lie("sparse-name-alone", "a name of a map that is not there",
        file("g", DATA, before=pax({"GNU.sparse.name": "f"}), listed=listed(WHOLE)), MIXED),
    Case("old-sparse-and-pax-size", "an old map beside a pax size: the whole's size to Python",
         [old_sparse("f", PIECES, 8192, DATA, before=pax({"size": "1024"}), listed=listed(WHOLE))],
         Refused("has a pax record 'size' beside an old sparse map", 1)),
    Case("old-sparse-and-pax-map", "an old map beside a pax map",
         [old_sparse("f", PIECES, 8192, DATA, listed=listed(WHOLE),
                     before=pax({"GNU.sparse.size": "8192", "GNU.sparse.numblocks": "3", "GNU.sparse.map": LIST}))],
         Refused("beside an old sparse map", 1)),
    Case("old-sparse-behind-end", "an old map that ends, and goes on in another block", behind_its_end(),
         Refused("has a sparse map that goes on behind its end", 1)),
    lie("sparse-sun", "a map of Solaris", file("f", DATA, before=pax({"SUN.holesdata": " 0 512 4096"})),
        "has a pax record 'SUN.holesdata', which is not supported"),
    lie("sparse-star", "a whole size of star", file("f", DATA, before=pax({"SCHILY.realsize": "8192"})),
        "has a pax record 'SCHILY.realsize', which is not supported"),
]
