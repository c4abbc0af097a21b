# SPDX-License-Identifier: MIT
"""What a case is: an archive and what must become of it."""
import base64
import dataclasses
import hashlib
import json
import posixpath

from hostile import tarball
from hostile.tarball import Member, file, raw, tar


BAD_PACKAGE = 6


@dataclasses.dataclass
class Refused:
    """Exit 6 or `status`, and words that hold `why`, the archive's name and, where a member is at fault,
    "member NUMBER 'NAME'" with the name as it is printed. Nothing is touched."""
    why: str
    number: int = None
    name: str = None
    status: int = BAD_PACKAGE

    def words(self, shift=0):
        member = [] if self.number is None else [f"member {self.number + shift}" +
                                                 ("" if self.name is None else f" '{self.name}'")]
        return [*member, self.why]


@dataclasses.dataclass
class Accepted:
    """Exit 0; afterwards each path of `there` is what is said of it: bytes, a regular file's content; str, a symlink's
    text; a dict, such of type, mode, uid, gid, size, mtime, content, target, xattrs, links as count; None, not there.
    `words` stand in what was said."""
    there: dict
    words: tuple = ()


SAME = object()


@dataclasses.dataclass
class Case:
    """`archive` is a list of members and raw headers, packed as a tar, or the file's very bytes (or what makes them).
    `native` is the verdict on a package whose manifest lists these members as innocent: the same, another, or None
    where there is no sense in it."""
    name: str
    what: str
    archive: object
    verdict: object
    native: object = SAME
    options: tuple = ()
    inspect: object = SAME  # the verdict of inspect where it differs: it takes special files
    declared: int = 0       # bytes that the archive may have written, beyond what its members carry
    pending: bool = False   # what is to be refused is not in yet
    by_memory: bool = False  # refused for the memory it takes, to which a reader with sanitizers is not held

    def bytes(self):
        if callable(self.archive):
            return self.archive()
        return self.archive if isinstance(self.archive, bytes) else tar(*self.archive)

    def forms(self):
        """(form, file's bytes, verdict, how many members stand before the case's own)."""
        yield "bare", self.bytes(), self.verdict, 0
        native = self.verdict if self.native is SAME else self.native
        if isinstance(self.archive, list) and native is not None:
            yield "native", native_bytes(self.name, self.archive), native, 1


def native_bytes(name, pieces, version="1"):
    return tar(manifest_member(name, [p for p in pieces if isinstance(p, Member)], version), *pieces)


def manifest_member(name, members, version="1"):
    listed = {}
    for member in members:
        entry = manifest_entry(member)
        if entry is not None and entry["path"] != "/":
            listed.setdefault(base64.b64decode(entry["path_b64"]) if "path_b64" in entry else raw(entry["path"]), entry)
    manifest = {"schema": "minipkg-manifest/1", "name": name, "version": version, "arch": "noarch",
                "files": [listed[path] for path in sorted(listed)]}
    return file(".MINIPKG/manifest.json", json.dumps(manifest).encode())


TYPES = {tarball.HARD_LINK: "hardlink", tarball.SYMLINK: "symlink", tarball.CHARACTER: "char",
         tarball.BLOCK_DEVICE: "block", tarball.DIRECTORY: "dir", tarball.FIFO: "fifo"}


def innocent_path(name):
    """What a decent packager would have meant."""
    return posixpath.normpath(b"/" + posixpath.normpath(b"/" + raw(name).replace(b"\0", b"")).lstrip(b"/"))


def exact(key, value):
    """Bytes as members of a manifest: what is no UTF-8 stands there twice."""
    try:
        return {key: value.decode()}
    except UnicodeDecodeError:
        return {key: value.decode("utf-8", "replace"), f"{key}_b64": base64.b64encode(value).decode()}


def manifest_entry(member):
    """The member as a manifest lists it, as far as its fields can be listed."""
    if member.listed is None:
        return None
    number = lambda value, other: value if isinstance(value, int) and 0 <= value < 2**32 - 1 else other
    kind = member.listed.get("type", TYPES.get(member.type, "file"))
    entry = {**exact("path", innocent_path(member.name)), "type": kind}
    if entry["type"] in ("hardlink", "symlink"):
        hard = entry["type"] == "hardlink"
        entry |= exact("target", innocent_path(member.link) if hard else raw(member.link))
    if entry["type"] != "hardlink":
        entry |= {"uid": number(member.uid, 0), "gid": number(member.gid, 0), "user": "root", "group": "root"}
        if isinstance(member.mode, int) and entry["type"] != "symlink":
            entry["mode"] = f"{member.mode & 0o7777:04o}"
    if entry["type"] == "file":
        entry.setdefault("mode", "0644")
        entry |= {"size": len(member.data), "digest": {"sha256": hashlib.sha256(member.data).hexdigest()}}
    if entry["type"] in ("char", "block"):
        entry["dev"] = [number(each, 0) for each in member.device]
    return entry | member.listed


def xattrs_listed(xattrs):
    return {"xattrs": {name: base64.b64encode(value).decode() for name, value in xattrs.items()}}
