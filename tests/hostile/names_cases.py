# SPDX-License-Identifier: MIT
"""Names that lead out of the root, that no file system takes, or that deceive."""
from hostile.arena import OUTSIDE
from hostile.case import SAME, Accepted, Case, Refused
from hostile.tarball import V7, directory, file, gnu_long, hard_link, pax, symlink

DOTDOT = "has a '..' component"
ABSOLUTE = "is absolute"
CONTROL = "has a control character"
ODD = ("--allow-odd-names",)
PLACE = str(OUTSIDE / "f")


def deep(levels):
    return "d/" * (levels - 1) + "f"


def long_path(size):
    """Of components that are short enough."""
    return ("c" * 200 + "/") * (size // 201) + "f" * (size % 201)


def bad(name, what, stored, why, shown=None, native=SAME, **fields):
    return Case(name, what, [file(stored, b"x", **fields)], Refused(why, 1, stored if shown is None else shown), native)


def control(name, what, stored, shown):
    """A manifest may not name it either."""
    return bad(name, what, stored, CONTROL, shown, Refused("the path " + CONTROL))


def good(name, what, stored):
    path = "/" + stored if isinstance(stored, str) else b"/" + stored
    return Case(name, what, [file(stored, b"x")], Accepted({path: b"x"}))


CLIMBING = [
    bad("dotdot", "`../` in front", "../outside/f", DOTDOT),
    Case("dotdot-alone", "the name is `..`", [directory("..")], Refused(DOTDOT, 1, "..")),
    Case("dotdot-slash", "a directory `../`", [directory("../")], Refused(DOTDOT, 1, "../")),
    Case("dotdot-within", "`a/../../outside/f` (pacman)", [directory("a"), file("a/../../outside/f", b"x")],
         Refused(DOTDOT, 2, "a/../../outside/f")),
    bad("dotdot-harmless", "`usr/../etc/f` stays inside, and is refused all the same", "usr/../etc/f", DOTDOT),
    Case("dotdot-last", "ends in `/..`", [directory("usr/lib/..")], Refused(DOTDOT, 1, "usr/lib/..")),
    bad("dotdot-behind-dot", "`./../outside/f`", "./../outside/f", DOTDOT),
    bad("dotdot-many", "`../` 24 times", "../" * 24 + "mnt/outside/f", DOTDOT),
    bad("dotdot-prefix", "`..` in ustar's prefix field", "f", DOTDOT, "../outside/f", prefix=b"../outside"),
    Case("dot-prefix", "prefix `.` before `./outside`: two halves make no `..`",
         [file("./outside", b"x", prefix=b".")], Accepted({"/outside": b"x"})),
    bad("dotdot-pax", "`../` in a pax path, an innocent name in the header", "f", DOTDOT, "../outside/f",
        before=pax({"path": "../outside/f"})),
    bad("dotdot-gnu-long", "`../` in GNU's long name", "f", DOTDOT, "../outside/f", before=gnu_long("../outside/f")),
    bad("dotdot-sparse-name", "`../` in GNU.sparse.name", "f", DOTDOT, "../outside/f",
        before=pax({"GNU.sparse.size": "1", "GNU.sparse.numblocks": "1", "GNU.sparse.name": "../outside/f",
                    "GNU.sparse.map": "0,1"})),
    good("dotdot-backslash", "`..\\` is no way up here", "..\\outside"),
    good("three-dots", "`...` is a name like others", ".../f"),
    good("dotdot-overlong-utf8", "`..` in UTF-8 that is too long: bytes, not dots", b"\xc0\xae\xc0\xae/f"),
    bad("absolute", "an absolute name", PLACE, ABSOLUTE),
    bad("absolute-twice", "`//` in front", "/" + PLACE, ABSOLUTE),
    bad("absolute-pax", "an absolute pax path", "f", ABSOLUTE, PLACE, before=pax({"path": PLACE})),
    bad("absolute-gnu-long", "an absolute GNU long name", "f", ABSOLUTE, PLACE, before=gnu_long(PLACE)),
    bad("absolute-prefix", "an absolute ustar prefix", "f", ABSOLUTE, PLACE, prefix=str(OUTSIDE).encode()),
    bad("absolute-behind-dot", "`./` and then an absolute name", "./" + PLACE, "has an empty component"),
    Case("absolute-v7", "an absolute name in a v7 header", [file(PLACE, b"x", magic=V7)],
         Refused(ABSOLUTE, 1, PLACE)),
    Case("absolute-slash", "the name is `/`", [directory("/")], Refused(ABSOLUTE, 1, "/")),
]

FORMS = [
    Case("empty-name", "no name at all", [file("", b"x", listed=None)], Refused("has no name", 1)),
    bad("empty-pax-path", "an empty pax path: to POSIX the header's name counts, to GNU tar and Python none",
        "f", "has an empty pax record 'path'", before=pax({"path": ""})),
    Case("empty-gnu-long", "an empty GNU long name", [file("f", b"x", before=gnu_long(""))],
         Refused("has no name", 1)),
    bad("empty-component", "`usr//f`", "usr//f", "has an empty component"),
    bad("dot-component", "`usr/./f`", "usr/./f", "has a '.' component"),
    Case("dot-last", "`usr/.`", [directory("usr/.")], Refused("has a '.' component", 1, "usr/.")),
    Case("slashes-at-end", "a directory `d//`", [directory("d//")], Refused("has an empty component", 1, "d//")),
    Case("slash-on-file", "a regular file `f/`", [file("f/", b"x")],
         Refused("has a name that ends in a slash, but is a regular file", 1, "f/")),
    Case("slash-on-symlink", "a symlink `l/`", [symlink("l/", "usr")],
         Refused("has a name that ends in a slash, but is a symlink", 1, "l/")),
    Case("slash-on-hard-link", "a hard link `l/`", [file("f", b"x"), hard_link("l/", "f")],
         Refused("has a name that ends in a slash, but is a hard link", 2, "l/")),
    Case("root-as-file", "the root as a regular file", [file(".", b"x")],
         Refused("stands for the root, but is no directory", 1, "."), native=Refused("is not in the manifest", 1, ".")),
    Case("root-as-symlink", "the root as a symlink to the outside", [symlink(".", str(OUTSIDE))],
         Refused("stands for the root, but is no directory", 1, "."), native=Refused("is not in the manifest", 1, ".")),
    Case("root-mode", "the root's mode is nobody's to change", [directory("./", mode=0o777), file("f", b"x")],
         Accepted({"/": {"mode": 0o755}, "/f": b"x"})),
    Case("nul-pax", "a NUL in a pax path", [file("f", b"x", before=pax({"path": "f\0/../../outside/f"}))],
         Refused("has a NUL byte in its pax record 'path'", 1)),
    Case("nul-gnu-long", "a NUL in GNU's long name", [file("f", b"x", before=gnu_long("f\0g"))],
         Refused("has a NUL byte in its name", 1)),
    Case("nul-field", "bytes behind the NUL of the name field count for nothing",
         [file("f", b"x", raw={2: b"../outside"})], Accepted({"/f": b"x"})),
    Case("component-255", "a component of 255 bytes", [file("f", b"x", before=pax({"path": "n" * 255}),
                                                             listed={"path": "/" + "n" * 255})],
         Accepted({"/" + "n" * 255: b"x"})),
    bad("component-256", "a component of 256 bytes", "f", "has a component longer than 255 bytes", "n" * 256,
        before=pax({"path": "n" * 256})),
    Case("path-4095", "a path of 4095 bytes with its slash",
         [file("f", b"x", before=gnu_long(long_path(4094)), listed={"path": "/" + long_path(4094)})],
         Accepted({"/" + long_path(4094): b"x"})),
    bad("path-4096", "a path of 4096 bytes", "f", "is longer than 4095 bytes", long_path(4095),
        before=gnu_long(long_path(4095))),
    Case("depth-512", "512 levels",
         [file("f", b"x", before=pax({"path": deep(512)}), listed={"path": "/" + deep(512)})],
         Accepted({"/" + deep(512): b"x"}), declared=4 << 20),
    bad("depth-513", "513 levels", "f", "is deeper than 512 directories", deep(513), before=pax({"path": deep(513)})),
    bad("depth-2000", "2,000 levels", "f", "is deeper than 512 directories", deep(2000), before=gnu_long(deep(2000))),
]

CHARACTERS = [
    control("newline", "a newline", "a\nb", "a\\nb"),
    control("escape", "an escape sequence that sets the terminal's title", "a\x1b]0;x\x07b",
        "a\\x1b]0;x\\x07b"),
    control("delete", "DEL", "a\x7fb", "a\\x7fb"),
    control("carriage-return", "a carriage return that overwrites the line", "evil\rgood", "evil\\rgood"),
    Case("newline-allowed", "a newline, with --allow-odd-names", [file("a\nb", b"x")], Accepted({"/a\nb": b"x"}),
         options=ODD),
    Case("escape-allowed", "escape sequences, with --allow-odd-names, printed harmlessly",
         [file("a\x1b[2Jb", b"x"), symlink("l", "a\x1b[2Jb")], Accepted({"/a\x1b[2Jb": b"x", "/l": "a\x1b[2Jb"}),
         options=ODD),
    Case("nul-allowed", "a NUL, with --allow-odd-names", [file("f", b"x", before=pax({"path": "f\0g"}))],
         Refused("has a NUL byte", 1), options=ODD),
    Case("dotdot-allowed", "`../`, with --allow-odd-names", [file("../a\nb", b"x")], Refused(DOTDOT, 1, "../a\\nb"),
         options=ODD),
    good("bidi", "a bidi override (U+202E) is a name, and printed escaped", "a\u202egpj.exe"),
    good("c1", "a C1 control (U+009B) is a name, and printed escaped", "a\u009b2Jb"),
    good("not-utf8", "bytes that are no UTF-8", b"\xff\xfe\x80"),
    good("shell", "what a shell would run", "$(touch /mnt/outside/f);`id`"),
    good("dash", "what looks like an option", "--checkpoint-action=exec=sh"),
    good("glob", "what looks like a pattern", "usr/lib/*"),
    good("blank", "spaces at both ends", " f "),
    good("drive", "what is a stream or a drive elsewhere", "C:f:stream"),
    good("whiteout", "a whiteout of image layers is a file, and removes nothing", "etc/.wh.passwd"),
    good("whiteout-opaque", "an opaque whiteout", "etc/.wh..wh..opq"),
]

CASES = CLIMBING + FORMS + CHARACTERS
