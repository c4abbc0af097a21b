# SPDX-License-Identifier: MIT
"""Writes tar archives that may lie in every byte. tarfile would correct most of it."""
import dataclasses
import struct
import zlib

BLOCK = 512
END = bytes(2 * BLOCK)
USTAR, GNU, V7 = b"ustar\x0000", b"ustar  \x00", b""

FILE, HARD_LINK, SYMLINK, CHARACTER, BLOCK_DEVICE, DIRECTORY, FIFO, CONTIGUOUS = (b"%d" % n for n in range(8))


def raw(text):
    """Names may be given as text; what is no UTF-8 must be bytes."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def base_256(value, width):
    """GNU's form of numbers that are too large or negative."""
    number = bytearray(value.to_bytes(width, "big", signed=True))
    number[0] |= 0x80
    return bytes(number)


def field(value, width):
    """A number as a writer would put it, or the very bytes that are given."""
    if isinstance(value, bytes):
        return value
    return octal(value, width) if 0 <= value < 8 ** (width - 1) else base_256(value, width)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


@dataclasses.dataclass
class Member:
    """One member. Numbers may be bytes: these stand in the field as they are. `size` is what the header says, `data`
    what follows; `before` are headers in front of it; `raw` bytes to put at offsets of the header, before the checksum
    is made; `listed` what a manifest says otherwise than this member (None: it does not name it)."""
    name: bytes
    type: bytes = FILE
    data: bytes = b""
    link: bytes = b""
    mode: object = 0o644
    uid: object = 0
    gid: object = 0
    mtime: object = 1700000000
    size: object = None
    user: bytes = b"root"
    group: bytes = b"root"
    device: tuple = (0, 0)
    magic: bytes = USTAR
    prefix: bytes = b""
    before: bytes = b""
    raw: dict = dataclasses.field(default_factory=dict)
    checksum: bytes = None
    tail: bytes = None
    listed: object = dataclasses.field(default_factory=dict)

    def header(self):
        block = bytearray(BLOCK)

        def put(at, value):
            block[at:at + len(value)] = value

        put(0, raw(self.name)[:100])
        put(100, field(self.mode, 8))
        put(108, field(self.uid, 8))
        put(116, field(self.gid, 8))
        put(124, field(len(self.data) if self.size is None else self.size, 12))
        put(136, field(self.mtime, 12))
        put(156, self.type)
        put(157, raw(self.link)[:100])
        if self.magic:
            put(257, self.magic)
            put(265, self.user)
            put(297, self.group)
            put(329, field(self.device[0], 8))
            put(337, field(self.device[1], 8))
            put(345, self.prefix)
        for at, value in self.raw.items():
            put(at, value)
        put(148, b" " * 8)
        put(148, b"%06o\0 " % sum(block) if self.checksum is None else self.checksum)
        assert len(block) == BLOCK, self.name
        return bytes(block)

    def encoded(self):
        return self.before + self.header() + (padded(self.data) if self.tail is None else self.data + self.tail)


def file(name, data=b"", **fields):
    return Member(name, data=data, **fields)


def directory(name, **fields):
    return Member(name, **{"type": DIRECTORY, "mode": 0o755, **fields})


def symlink(name, target, **fields):
    return Member(name, **{"type": SYMLINK, "link": target, "mode": 0o777, **fields})


def hard_link(name, target, **fields):
    return Member(name, **{"type": HARD_LINK, "link": target, **fields})


def record(key, value):
    """One pax record: its length counts itself."""
    body = b" " + raw(key) + b"=" + raw(value) + b"\n"
    length = len(body)
    while len(b"%d" % length) + len(body) != length:
        length = len(b"%d" % length) + len(body)
    return b"%d" % length + body


def pax(records, type=b"x", name="PaxHeaders/x", **fields):
    """A pax header: of a dict, of pairs where a key shall come twice, or of bytes."""
    if isinstance(records, dict):
        records = list(records.items())
    body = records if isinstance(records, bytes) else b"".join(record(key, value) for key, value in records)
    return Member(name, type=type, data=body, **fields).encoded()


def global_pax(records):
    return pax(records, type=b"g", name="pax_global_header")


def gnu_long(text, type=b"L", **fields):
    """GNU's long name (L) or link target (K) of the member that follows."""
    return Member("././@LongLink", type=type, data=raw(text) + b"\0", magic=GNU, **fields).encoded()


def old_sparse(name, pieces, real_size, data=b"", **fields):
    """GNU's old sparse file: the map of (offset, bytes) stands in the header."""
    parts = {386 + 24 * at: field(offset, 12) + field(size, 12) for at, (offset, size) in enumerate(pieces[:4])}
    parts[483] = field(real_size, 12)
    return Member(name, **{"type": b"S", "data": data, "magic": GNU, "raw": parts, **fields})


def tar(*pieces, end=END):
    return b"".join(piece if isinstance(piece, bytes) else piece.encoded() for piece in pieces) + end


def gzipped(*pieces):
    """Piece by piece, each bytes or (bytes, count): who measures memory must not take it."""
    packer, out = zlib.compressobj(9, zlib.DEFLATED, 31), []
    for piece in pieces:
        data, count = piece if isinstance(piece, tuple) else (piece, 1)
        out += [packer.compress(data) for _ in range(count)]
    return b"".join([*out, packer.flush()])


def zstd_frame(blocks, window=None, content_size=None):
    """A zstd frame by hand (RFC 8878): blocks are bytes, or (byte, count) for a run. No checksum."""
    descriptor, rest = (0x00, bytes([window])) if window is not None else (0x20 | 0xC0, b"")
    if window is None or content_size is not None:
        descriptor |= 0xC0
        rest += struct.pack("<Q", content_size or 0)
    out = [b"\x28\xB5\x2F\xFD", bytes([descriptor]), rest]
    for at, block in enumerate(blocks):
        last = int(at == len(blocks) - 1)
        run = isinstance(block, tuple)
        size = block[1] if run else len(block)
        out += [struct.pack("<I", size << 3 | int(run) << 1 | last)[:3], block[0] if run else block]
    return b"".join(out)
