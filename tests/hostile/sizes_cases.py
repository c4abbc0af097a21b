# SPDX-License-Identifier: MIT
"""Sizes that lie, members smuggled in the difference, archives that end too early or go on."""
from hostile.case import SAME, Accepted, Case, Refused
from hostile.tarball import BLOCK, END, base_256, directory, file, gnu_long, gzipped, old_sparse, pax, tar

NO_NUMBER = "has a pax record 'size' that is no number"
TRUNCATED = "the archive is truncated"
BEHIND = "the archive goes on behind its end mark"
# What a reader would find that believes the other size.
SMUGGLED = tar(file("smuggled", b"evil"), end=b"")


def declared(name, what, size, why, data=b"x"):
    """A manifest says what is there, so there the size is what is wrong."""
    native = Refused("has the size", 2) if why == TRUNCATED else SAME
    return Case(f"size-{name}", what, [file("a", b"a"), file("f", data, size=size)], Refused(why, 2), native)


def pax_size(name, what, text, why=NO_NUMBER, **fields):
    return Case(f"pax-size-{name}", what, [file("f", b"x", before=pax({"size": text}), **fields)], Refused(why, 1))


LIES = [
    declared("beyond-end", "more bytes than there are", 1 << 20, TRUNCATED),
    declared("largest-octal", "8 GiB without a byte behind it", b"777777777777", TRUNCATED),
    declared("largest", "2^63 - 1 bytes", base_256(2**63 - 1, 12), "", data=b""),
    declared("2-60", "2^60 + 1 bytes", base_256(2**60 + 1, 12), "has a size that is out of range", data=b""),
    declared("2-63", "2^63 bytes, which is negative elsewhere", base_256(2**63, 12), "", data=b""),
    declared("2-64", "2^64 bytes, which is nothing elsewhere", base_256(2**64, 12), "", data=b""),
    declared("negative", "a negative size: the next header is this one (endless loop)", base_256(-BLOCK, 12), ""),
    declared("negative-octal", "a negative size in octal", b"-0000000777\0", "has a damaged header"),
    declared("letters", "a size of letters", b"abcdefghijk\0", "has a damaged header"),
    declared("decimal", "a size with 8 and 9 in it", b"00000000089\0", "has a damaged header"),
    declared("garbage", "a number with something behind it", b"00000000001x", "has a damaged header"),
    declared("blank", "no size", b" " * 12, "its size is no number", data=b""),
    Case("size-nul", "a size of NULs is no data", [file("f", size=bytes(12))], Accepted({"/f": b""})),
    Case("size-base-256", "a small size in base 256", [file("f", b"x", size=base_256(1, 12))], Accepted({"/f": b"x"})),
    Case("size-too-small", "a size that leaves a member behind the data",
         [file("f", b"x" * BLOCK, size=0, tail=b""), file("g", b"y")],
         Refused("has a damaged header", 2), native=None),
]

SMUGGLING = [
    Case("smuggle-pax-large", "pax says that the next member is data, ustar says that there is none (CVE-2025-62518)",
         [file("f", SMUGGLED, size=0, before=pax({"size": str(len(SMUGGLED))}))],
         Refused("has a pax record 'size' that contradicts its header", 1, "f")),
    Case("smuggle-pax-small", "ustar says that the next member is data, pax says that there is none",
         [file("f", SMUGGLED, before=pax({"size": "0"}))],
         Refused("has a pax record 'size' that contradicts its header", 1, "f")),
    Case("smuggle-directory", "a directory whose pax header gives it data",
         [directory("d", data=SMUGGLED, size=0, before=pax({"size": str(len(SMUGGLED))}))], Refused("", 1, "d")),
    Case("smuggle-padding", "a member's padding that is not zero is nobody's data",
         [file("f", b"x", tail=b"#" * (BLOCK - 1))], Accepted({"/f": b"x"})),
    Case("pax-size-same", "a pax size that says what the header says", [file("f", b"x", before=pax({"size": "1"}))],
         Accepted({"/f": b"x"})),
    pax_size("negative", "a negative pax size", "-1"),
    pax_size("letters", "a pax size of letters", "one"),
    pax_size("plus", "a pax size with a sign", "+1"),
    pax_size("blank", "a pax size with a space in front", " 1"),
    pax_size("hexadecimal", "a pax size in base 16", "0x1"),
    pax_size("fraction", "a pax size with a fraction", "1.0"),
    pax_size("2-64", "a pax size of 2^64", str(2**64)),
    pax_size("2-63", "a pax size of 2^63", str(2**63), ""),
    pax_size("huge", "a pax size of 2^62", str(2**62), ""),
    pax_size("empty", "an empty pax size", ""),
]

ENDS = [
    Case("end-missing", "no end mark (libarchive and GNU tar take it)", tar(file("f", b"x"), end=b""),
         Refused("its end mark is missing")),
    Case("end-half", "one block of zeros where two must be", tar(file("f", b"x"), end=bytes(BLOCK)),
         Refused("its end mark is incomplete")),
    Case("end-part", "end mark and a half", tar(file("f", b"x"), end=END + bytes(100)),
         Refused("is followed by part of a block")),
    Case("end-garbage", "garbage behind the end mark", tar(file("f", b"x"), end=END + b"garbage"), Refused(BEHIND)),
    Case("end-garbage-late", "garbage a MiB behind the end mark",
         tar(file("f", b"x"), end=END + bytes(1 << 20) + b"#" * BLOCK), Refused(BEHIND)),
    Case("end-member", "another member behind the end mark (tar -i)",
         tar(file("f", b"x"), end=END) + tar(file("g", b"y")), Refused(BEHIND)),
    Case("end-within", "one block of zeros between two members", [file("f", b"x"), bytes(BLOCK), file("g", b"y")],
         Refused(BEHIND)),
    Case("end-long", "a blocking factor of 2,048: zeros to the end", tar(file("f", b"x"), end=bytes(1 << 20)),
         Accepted({"/f": b"x"})),
    Case("cut-data", "cut within the data", tar(file("f", b"x" * 5000))[:3000], Refused(TRUNCATED, 1)),
    Case("cut-padding", "cut within the padding of the last member", tar(file("f", b"x"))[:BLOCK + 7],
         Refused(TRUNCATED)),
    Case("cut-member", "cut between two members", tar(file("f", b"x"), file("g", b"y"))[:2 * BLOCK],
         Refused("its end mark is missing")),
    Case("empty-file", "an empty file", b"", Refused("the file is empty")),
    Case("one-byte", "a file of one byte", b"x", Refused("")),
    Case("zeros", "only zeros: an archive of nothing", bytes(10240), Refused("the archive is empty")),
    Case("zeros-odd", "zeros that are no block", bytes(700), Refused("")),
]

def limited(name, what, limit, why, native, *members):
    return Case(f"limit-{name}", f"{what}, with --limit {limit}", list(members), Refused(why, 2, "g"), native,
                options=("--limit", limit))


def implied(count):
    """Each lies in 500 directories of its own, none of which is a member."""
    return [file("f", b"x", before=gnu_long(f"{at}/" + "d/" * 499 + "f"), listed=None) for at in range(count)]


LIMITS = [
    Case("implied-directories", "200 files in 100,000 directories that are no members, in 12 KiB of gzip",
         lambda: gzipped(*[each.encoded() for each in implied(200)], END),
         Refused("lies in more directories that are no members", 120)),
    Case("implied-directories-few", "8 files in 4,000 directories that are no members", implied(8),
         Accepted({"/7/" + "d/" * 499 + "f": b"x"}), native=None, declared=40 << 20),
    limited("entries", "two members where one may be", "entries=1", "is one more than an archive may have (1)",
            Refused("is one more than an archive may have (1)", 1), file("f", b"x"), file("g", b"x")),
    limited("unpacked", "nine bytes and nine",
            "unpacked=10", "makes the archive larger than it may be (10 bytes)", None,
            file("f", b"x" * 9), file("g", b"x" * 9)),
    limited("unpacked-holes", "nine bytes and a hole",
            "unpacked=10000", "makes the archive larger than it may be", None,
            file("f", b"x" * 9), old_sparse("g", [(0, 1), (10000, 0)], 10000, b"x")),
    Case("limit-unpacked-default", "two files of 700 GiB of hole: more than the 1 TiB that an archive may have",
         [old_sparse("f", [(0, 1 << 30), (700 << 30, 0)], 700 << 30, b"x"),
          old_sparse("g", [(0, 1), (700 << 30, 0)], 700 << 30, b"x")],
         Refused("")),
]

CASES = LIMITS + LIES + SMUGGLING + ENDS
