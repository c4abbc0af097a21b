# SPDX-License-Identifier: MIT
"""What is inside the file: other formats, filters that are damaged, too deep or too large, and what they hide."""
import bz2
import functools
import gzip
import io
import lzma
import struct
import subprocess
import zipfile
import zlib

from hostile.case import Accepted, Case, Refused
from hostile.tarball import END, file, padded, tar, zstd_frame

HELLO = tar(file("f", b"hello"))
THERE = Accepted({"/f": b"hello"})
MIB = 1 << 20


@functools.cache
def through(*command):
    """HELLO, packed by a program."""
    return subprocess.run(command, input=HELLO, stdout=subprocess.PIPE, check=True).stdout


PACKED = {"gzip": lambda: gzip.compress(HELLO, mtime=0), "xz": lambda: lzma.compress(HELLO),
          "zstd": lambda: through("zstd", "-q", "-c", "--check"), "bzip2": lambda: bz2.compress(HELLO),
          "lz4": lambda: through("lz4", "-q", "-c", "--content-size")}


def for_each(name, what, change, verdict, filters=tuple(PACKED)):
    """One case for each filter; `change` makes the hostile file of the honest one."""
    return [Case(f"{each}-{name}", f"{each}: {what}", lambda each=each: change(PACKED[each]()), verdict)
            for each in filters]


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:] if at >= 0 else flipped(data, len(data) + at)


def other(name, what, content, why):
    return Case(f"format-{name}", what, content, Refused(why))


def zip_archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../outside/f", "x")
    return out.getvalue()


def cpio():
    """newc, one file and the trailer."""
    def entry(name, data):
        numbers = [1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name + b"\0"
        head += bytes(-len(head) % 4)
        return head + data + bytes(-len(data) % 4)
    return padded(entry(b"f", b"x") + entry(b"TRAILER!!!", b""))


FORMATS = [
    other("cpio", "a cpio archive", cpio, "a cpio archive"),
    other("cpio-odc", "an old portable cpio archive", b"070707" + b"0" * 600, "a cpio archive"),
    other("cpio-binary", "an old binary cpio archive", b"\xc7\x71" + bytes(600), "a cpio archive"),
    other("zip", "a zip archive", zip_archive, "a zip archive"),
    other("zip-tar", "a zip archive whose first block is not a tar header",
          lambda: zip_archive() + HELLO, "a zip archive"),
    other("ar", "an ar archive", b"!<arch>\nf/              0           0     0     644     1         `\nx\n", "an ar"),
    other("deb", "a Debian package", b"!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n",
          "a Debian package"),
    other("rpm", "an RPM package", b"\xed\xab\xee\xdb\x03\x00" + bytes(600), "an RPM package"),
    other("7z", "a 7-zip archive", b"7z\xbc\xaf\x27\x1c" + bytes(600), "a 7-zip archive"),
    other("rar", "a RAR archive", b"Rar!\x1a\x07\x00" + bytes(600), "a RAR archive"),
    other("xar", "a xar archive", b"xar!" + bytes(600), "a xar archive"),
    other("iso", "an ISO 9660 image", bytes(32768) + b"\x01CD001\x01" + bytes(2041), ""),
    other("mtree", "an mtree, which names files of this machine",
          b"#mtree\n./f type=file contents=/etc/shadow\n", "an mtree list"),
    other("warc", "a WARC", b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: file:///f\r\n\r\n", "a WARC archive"),
    other("shell", "a shell script", b"#!/bin/sh\ntouch /mnt/outside/f\n" * 40, "a script"),
    other("lzip", "lzip data", b"LZIP\x01" + bytes(600), "lzip data"),
    other("lzma", "lzma data without xz around it",
          lambda: lzma.compress(HELLO, format=lzma.FORMAT_ALONE), "lzma data"),
    other("compress", "compress (.Z) data", b"\x1f\x9d\x90" + bytes(600), "compress (.Z) data"),
    other("lzop", "lzop data", b"\x89LZO\x00\r\n\x1a\n" + bytes(600), "lzop data"),
    other("uuencode", "uuencoded data, which libarchive unpacks",
          b"begin 644 f\n#>'@*\n`\nend\n" * 40, "uuencoded text"),
    other("rpm-in-tar-name", "garbage", b"\xa5" * 4096, "in no format that is known here"),
]

DAMAGED = [
    *for_each("good", "honest", lambda packed: packed, THERE),
    *for_each("cut", "cut in the middle", lambda packed: packed[:len(packed) // 2], Refused("")),
    *for_each("cut-trailer", "the last two bytes are missing", lambda packed: packed[:-2], Refused("")),
    *for_each("garbage", "garbage behind the end", lambda packed: packed + b"garbage", Refused("")),
    *for_each("zeros", "zeros behind the end", lambda packed: packed + bytes(511), Refused("")),
    *for_each("wrong-sum", "a wrong checksum", lambda packed: flipped(packed, {0x1F: -8, 0x04: -1, 0x28: -1}.get(
        packed[0], -20 if packed[0] == 0xFD else 12)), Refused("")),
    *for_each("turned-bit", "a bit turned in the data", lambda packed: flipped(packed, len(packed) // 2), Refused("")),
    *for_each("twice", "the archive twice, one behind the other", lambda packed: packed + packed,
              Refused("the archive goes on behind its end mark")),
    *for_each("magic-only", "the magic, and nothing else", lambda packed: packed[:6], Refused("")),
    Case("gzip-length", "gzip: a wrong length in the trailer", lambda: flipped(PACKED["gzip"](), -1),
         Refused("incorrect length check")),
    Case("gzip-in-gzip", "gzip in gzip", lambda: gzip.compress(PACKED["gzip"]() + bytes(600)),
         Refused("its content is gzip data, not a tar archive")),
    Case("zstd-in-gzip", "zstd in gzip", lambda: gzip.compress(PACKED["zstd"]() + bytes(600)),
         Refused("its content is zstd data, not a tar archive")),
    Case("gzip-in-xz", "gzip in xz (libarchive unpacks both)", lambda: lzma.compress(PACKED["gzip"]()), Refused("")),
    Case("xz-in-xz", "xz in xz", lambda: lzma.compress(PACKED["xz"]()), Refused("is compressed twice")),
    Case("bzip2-25-deep", "bzip2, 25 deep",
         lambda: functools.reduce(lambda data, _: bz2.compress(data), range(25), HELLO),
         Refused("the bzip2 data is")),
    Case("gzip-parts", "gzip in two parts, cut within a header, is one archive",
         lambda: gzip.compress(HELLO[:100]) + gzip.compress(HELLO[100:]), THERE),
    Case("gzip-name", "gzip with the name `../../outside/f` in its header",
         lambda: PACKED["gzip"]()[:3] + b"\x08" + PACKED["gzip"]()[4:10] + b"../../outside/f\0" + PACKED["gzip"]()[10:],
         THERE),
    Case("gzip-flags", "gzip with flags that nobody knows",
         lambda: PACKED["gzip"]()[:3] + b"\xe0" + PACKED["gzip"]()[4:], Refused("")),
    Case("zstd-skippable", "zstd: a frame to be skipped, then the archive",
         lambda: struct.pack("<II", 0x184D2A50, 4) + b"skip" + PACKED["zstd"](), Refused("")),
    Case("zstd-no-sum", "zstd without a checksum", lambda: zstd_frame([HELLO], window=0x50), THERE),
    Case("zstd-dictionary", "zstd that needs a dictionary",
         lambda: b"\x28\xb5\x2f\xfd\x21\x07\x00" + zstd_frame([HELLO])[5:], Refused("")),
]


def zeros_as_zstd(head, size):
    """`head`, then `size` zeros in runs, 4 bytes a MiB's eighth."""
    return zstd_frame([head] + [(b"\0", 128 * 1024)] * (size // (128 * 1024)), window=0x50)


def xz_with_dictionary(code):
    """HELLO in xz, its block's header asking for another dictionary: 40 is 4 GiB."""
    packed = bytearray(lzma.compress(HELLO, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 4096}]))
    size = (packed[12] + 1) * 4  # the block's header, behind the stream's of 12 bytes
    at = packed.index(b"\x21\x01", 12) + 2
    packed[at] = code
    packed[12 + size - 4:12 + size] = struct.pack("<I", zlib.crc32(bytes(packed[12:12 + size - 4])))
    return bytes(packed)


def bomb(new_packer, size):
    """A file of `size` zeros, packed piece by piece: here as well nobody holds it whole."""
    def make():
        packer = new_packer()
        head, piece = file("zeros", size=size).header(), bytes(MIB)
        out = [packer.compress(head)]
        out += [packer.compress(piece) for _ in range(size // MIB)]
        return b"".join([*out, packer.compress(END), packer.flush()])
    return make


RATIO = "it unpacks to more than 1000 times its size"
BOMBS = [
    Case("zstd-window", "zstd with a window of 2 GiB", lambda: zstd_frame([HELLO], window=(31 - 10) << 3), Refused("")),
    Case("zstd-window-largest", "zstd with the largest window there is", lambda: zstd_frame([HELLO], window=0xFF),
         Refused("")),
    Case("zstd-window-128", "zstd with a window of 128 MiB", lambda: zstd_frame([HELLO], window=(27 - 10) << 3),
         Refused(""), by_memory=True),
    Case("xz-dictionary", "xz with a dictionary of 4 GiB", lambda: xz_with_dictionary(40), Refused(""),
         by_memory=True),
    Case("xz-dictionary-1536", "xz with a dictionary of 1.5 GiB", lambda: xz_with_dictionary(37), Refused(""),
         by_memory=True),
    Case("zstd-content-size", "zstd that promises 2^60 bytes", lambda: zstd_frame([HELLO], window=0x50,
                                                                                 content_size=2**60), Refused("")),
    Case("zstd-bomb", "1 GiB of zeros in 33 KiB of zstd",
         lambda: zeros_as_zstd(file("zeros", size=1 << 30).header(), 1 << 30), Refused(RATIO, 1, "zeros")),
    Case("gzip-bomb", "256 MiB of zeros in gzip", bomb(lambda: zlib.compressobj(9, zlib.DEFLATED, 31), 256 * MIB),
         Refused(RATIO)),
    Case("bzip2-bomb", "128 MiB of zeros in bzip2, 90 bytes", bomb(bz2.BZ2Compressor, 128 * MIB),
         Refused(RATIO, 1, "zeros")),
    Case("xz-bomb", "256 MiB of zeros in xz", bomb(lambda: lzma.LZMACompressor(preset=1), 256 * MIB),
         Refused(RATIO, 1, "zeros")),
    Case("zstd-zeros-behind", "1 GiB of zeros behind the end mark, in 33 KiB",
         lambda: zeros_as_zstd(HELLO, 1 << 30), Refused(RATIO)),
    Case("zstd-small-bomb", "32 MiB of zeros in 1 KiB: little enough to do no harm",
         lambda: zstd_frame([file("zeros", size=32 * MIB).header()] + [(b"\0", 128 * 1024)] * 256 + [END], window=0x50),
         Accepted({"/zeros": {"size": 32 * MIB}}), declared=32 * MIB),
    Case("zstd-empty-frames", "100,000 frames of nothing before the archive: nothing",
         lambda: zstd_frame([b""], window=0x50) * 100000 + PACKED["zstd"](),
         THERE),
]

CASES = FORMATS + DAMAGED + BOMBS
