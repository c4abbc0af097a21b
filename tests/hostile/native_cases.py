# SPDX-License-Identifier: MIT
"""Packages whose manifest contradicts the archive, or is itself hostile. Here a case's archive is the whole package."""
import json

from hostile.case import Accepted, Case, Refused, manifest_member
from hostile.tarball import BLOCK, END, directory, file, gzipped, hard_link, pax, symlink, tar

NAME = ".MINIPKG/manifest.json"
MIB = 1 << 20
F = file("f", b"x")


def package(*members, listed=None, before=()):
    return tar(*before, manifest_member("native", members if listed is None else listed), *members)


def contradicts(name, what, listed, found, why, number=2):
    return Case(f"native-{name}", what, package(*found, listed=listed), Refused(why, number))


def with_manifest(text, *members):
    return tar(file(NAME, text if isinstance(text, bytes) else text.encode()), *members)


def gzipped_manifest(*pieces):
    """One that is large, and packed well."""
    size = sum(len(piece[0]) * piece[1] if isinstance(piece, tuple) else len(piece) for piece in pieces)
    return gzipped(file(NAME, size=size).header(), *pieces, bytes(-size % BLOCK) + END)


def with_many_values(millions):
    start = json.dumps(manifest())[:-1] + ',"x-many":['
    return gzipped_manifest(start.encode(), (b"0," * MIB, millions), b"0]}")


def manifest(**changes):
    return {"schema": "minipkg-manifest/1", "name": "native", "version": "1", "arch": "noarch", "files": [], **changes}


def hostile(name, what, change, why, *members):
    """A manifest that is refused before anything else is read."""
    text = json.dumps(manifest(**change)) if isinstance(change, dict) else change
    return Case(f"manifest-{name}", what, with_manifest(text, *members), Refused(why))


def listing(name, what, why, **changes):
    """One file, some member of which is not as it should be."""
    entry = {"path": "/f", "type": "file", "mode": "0644", "size": 1, "digest": {"sha256": "0" * 64}, **changes}
    return hostile(name, what, {"files": [{k: v for k, v in entry.items() if v is not None}]}, why, F)


CONTRADICTIONS = [
    contradicts("other-content", "other content of the same size", [file("f", b"x")], [file("f", b"y")],
                "has other content than the manifest says"),
    contradicts("other-size", "more content than the manifest says", [file("f", b"x")], [file("f", b"x" * 3000)],
                "has the size '3000', the manifest says '1'"),
    contradicts("setuid", "setuid, which the manifest does not say", [file("f", b"x")], [file("f", b"x", mode=0o4755)],
                "has the mode '4755', the manifest says '0644'"),
    contradicts("owner", "another owner",
                [file("f", b"x")], [file("f", b"x", uid=1000, user=b"user")], "has the owner"),
    contradicts("group", "another group",
                [file("f", b"x")], [file("f", b"x", gid=1000, group=b"user")], "has the group"),
    contradicts("symlink", "a symlink where the manifest says a file", [file("f", b"x")], [symlink("f", "/etc/passwd")],
                "has the type 'symlink', the manifest says 'regular file'"),
    contradicts("target", "a symlink to elsewhere",
                [symlink("l", "usr")], [symlink("l", "/mnt/outside")], "has the target"),
    contradicts("hard-link", "a hard link to another file", [F, file("g", b"y"), hard_link("h", "g")],
                [F, file("g", b"y"), hard_link("h", "f")], "has the target", 4),
    contradicts("extra", "a file more than the manifest says", [F], [F, file("g", b"y")], "is not in the manifest", 3),
    contradicts("twice", "a file twice", [F], [F, F], "is there twice", 3),
    Case("native-missing", "a file less than the manifest says", package(listed=[F]),
         Refused("the manifest names '/f', which is not in the archive")),
    contradicts("directory", "a directory where the manifest says a file", [F], [directory("f")], "has the type"),
    Case("native-second-manifest", "a second manifest behind the files", package(F, manifest_member("native", [])),
         Refused("is a second manifest", 3)),
    Case("native-late-manifest", "a manifest that is the last member of a bare tar",
         tar(file("a", b"x"), file("b", b"x"), manifest_member("late", [])), Refused("must be the first member", 3)),
    Case("native-manifest-symlink", "a manifest that is a symlink", tar(symlink(NAME, "/etc/passwd"), F),
         Refused("is the manifest, but is no regular file", 1)),
    Case("native-manifest-hard-link", "a manifest that is a hard link", tar(hard_link(NAME, "f"), F),
         Refused("is the manifest, but is no regular file", 1)),
    Case("native-manifest-pax", "a manifest by a pax name, whose header says otherwise",
         lambda: tar(file("f", manifest_member("native", []).data, before=pax({"path": "./../" + NAME}))),
         Refused("has a '..' component", 1)),
    Case("native-manifest-cut", "an archive cut within the manifest", package(F)[:BLOCK + 50],
         Refused("the archive is truncated", 1)),
    Case("native-cut-behind-manifest", "an archive cut behind the manifest",
         lambda: package(F)[:-4 * BLOCK] + b"", Refused("its end mark is missing")),
    Case("native-pkginfo", "a .PKGINFO that promises another manifest",
         package(F, before=[file(".PKGINFO", b"# .MINIPKG/manifest.json sha256 " + b"0" * 64 + b"\n")]),
                 Refused("is damaged (its SHA-256 is not that of .PKGINFO)", 2)),
    Case("metadata-symlink", "what would describe the package is a symlink",
         tar(F, symlink(".MINIPKG/notes", "/etc/passwd")), Refused("is metadata, but a symlink", 2, ".MINIPKG/notes")),
    Case("metadata-pacman-symlink", "pacman's script is a symlink: a file like others",
         tar(file(".PKGINFO", b"x"), symlink(".INSTALL", "usr"), F), Accepted({"/.INSTALL": "usr", "/f": b"x"})),
    Case("native-directory-metadata", "a directory .MINIPKG/manifest.json", tar(directory(NAME), F),
         Refused("is the manifest, but is no regular file", 1)),
]

MANIFESTS = [
    hostile("empty", "a manifest of nothing", b"", ""),
    hostile("garbage", "a manifest of garbage", b"\xff\x00garbage", ""),
    hostile("deep", "100,000 brackets", b"[" * 100000, ""),
    hostile("deep-member", "100,000 brackets in a member that is carried along",
            ('{"x-deep":' + "[" * 100000 + "]" * 100000 + "," + json.dumps(manifest())[1:]).encode(), ""),
    hostile("many-names", "300,000 names in a member that is carried along, each to be compared with all",
            {"x-many": {str(at): 0 for at in range(300000)}}, "JSON has more than 250000 values"),
    Case("manifest-many-values", "8 million zeros in a member that is carried along, in 16 KiB of gzip",
         lambda: with_many_values(8), Refused("which is out of proportion to the archive", 1, NAME)),
    Case("manifest-some-values", "a million zeros, which is not too much text",
         lambda: with_many_values(1), Refused("JSON has more than 250000 values")),
    Case("manifest-blank", "64 MiB of blanks before a manifest, in 64 KiB of gzip",
         lambda: gzipped_manifest((b" " * MIB, 64), json.dumps(manifest()).encode()),
         Refused("which is out of proportion to the archive", 1, NAME)),
    hostile("behind-nul", "a NUL, and behind it what is no JSON", json.dumps(manifest()).encode() + b"\0garbage",
            "JSON has a NUL byte"),
    hostile("byte-order-mark", "a byte order mark", b"\xef\xbb\xbf" + json.dumps(manifest()).encode(),
            "JSON has a byte order mark"),
    hostile("schema", "a schema of the future", {"schema": "minipkg-manifest/2"}, "is not known"),
    hostile("name", "a name that is a path", {"name": "../../outside"}, ""),
    hostile("name-control", "a name that clears the terminal", {"name": "\x1b[2J"}, ""),
    hostile("version-newline", "a version with a newline", {"version": "1\n2"}, ""),
    hostile("unknown-member", "a member that nobody knows", {"exec": "touch /mnt/outside/f"}, ""),
    hostile("twice-member", "a member twice", b'{"name":"a",' + json.dumps(manifest()).encode()[1:], ""),
    hostile("files-object", "files that are no list", {"files": {}}, ""),
    hostile("not-utf8", "text that is no UTF-8", json.dumps(manifest(summary="@")).encode().replace(b"@", b"\xff"), ""),
    listing("dotdot", "a path with `..`", "has a '..' component", path="/../outside/f"),
    listing("relative", "a path without its slash", "is not absolute", path="f"),
    listing("root", "the root itself", "", path="/"),
    listing("nul", "a path with a NUL", "has a NUL byte", path="/f\0g"),
    listing("control", "a path with an escape sequence", "has a control character", path="/\x1b[2J"),
    listing("mode", "a mode of five digits", "mode", mode="10644"),
    listing("size-negative", "a negative size", "", size=-1),
    listing("size-large", "2^64 bytes", "", size=2**64),
    listing("uid-large", "uid 2^32", "", uid=2**32),
    listing("time-large", "a time that no file system could hold", "has a time that no file system could hold",
            mtime=2**40),
    listing("digest", "a digest that is none", "", digest={"sha256": "xyz"}),
    listing("type", "a type that nobody knows", "cannot be installed", type="door"),
    listing("caps", "capabilities that are none", "", caps="cap_everything=ep"),
    hostile("unsorted", "paths that are not sorted",
            {"files": [{"path": f"/{name}", "type": "dir"} for name in ("b", "a")]}, "must stand before"),
    hostile("path-twice", "one path twice", {"files": [{"path": "/a", "type": "dir"}] * 2}, "is named twice"),
    hostile("below-file", "a path below a symlink",
            {"files": [{"path": "/a", "type": "symlink", "target": "/mnt/outside"}, {"path": "/a/f", "type": "dir"}]},
            "is below '/a', which is a symlink"),
    hostile("hard-link-nowhere", "a hard link to a file of the root",
            {"files": [{"path": "/a", "type": "hardlink", "target": "/etc/passwd"}]}, "which is not in the package"),
    hostile("hard-link-dotdot", "a hard link with `..`",
            {"files": [{"path": "/a", "type": "hardlink", "target": "/../outside/secret"}]}, "has a '..' component"),
    Case("manifest-large-size", "a manifest that lists 8 EiB, and an archive that has a byte",
         lambda: with_manifest(json.dumps(manifest(files=[{"path": "/f", "type": "file", "mode": "0644", "size": 2**62,
                                                            "digest": {"sha256": "0" * 64}}])), F),
         Refused("", status=3),  # there is no room for it, which is said first
         inspect=Refused("has the size '1', the manifest says '4611686018427387904'", 2)),
]

CASES = CONTRADICTIONS + MANIFESTS
