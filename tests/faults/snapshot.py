# SPDX-License-Identifier: MIT
"""A directory tree as a value: what must be old or new, never between."""
import errno
import os
import stat

STATE = "var/lib/minipkg"


def xattrs(path):
    try:
        return {name: os.getxattr(path, name, follow_symlinks=False)
                for name in os.listxattr(path, follow_symlinks=False)}
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        return {}


def look(path):
    """Everything about one path but its inode number, ctime and atime."""
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    seen = dict(kind=kind, mode=stat.S_IMODE(info.st_mode), owner=(info.st_uid, info.st_gid), time=info.st_mtime_ns)
    if kind == stat.S_IFLNK:
        seen["content"] = os.readlink(path)
    elif kind == stat.S_IFREG:
        with open(path, "rb") as file:
            seen["content"] = file.read()
        seen["links"] = info.st_nlink
    if kind in (stat.S_IFREG, stat.S_IFDIR):
        seen["xattrs"] = xattrs(path)
    return seen


def snapshot(root):
    """Path -> what is there, the databases' own directory and staging areas apart."""
    tree = {}
    for directory, names, files in os.walk(root):
        below = os.path.relpath(directory, root)
        names[:] = [n for n in names if os.path.normpath(f"{below}/{n}") != STATE and n != ".minipkg"]
        for name in names + files:
            path = os.path.normpath(f"{below}/{name}")
            tree[path] = look(f"{directory}/{name}")
    tree["."] = look(root)
    return tree


def content_of(seen):
    return None if seen is None else (seen["kind"], seen.get("content"))


def between(old, new, now, may_miss=()):
    """What an onlooker must never see, even before recovery: a path of both versions that is missing or torn, and
    anything that neither version has. `may_miss` are paths that may be missing for an instant."""
    wrong = []
    for path in sorted(set(old) | set(new) | set(now)):
        seen, allowed = content_of(now.get(path)), {repr(content_of(old.get(path))), repr(content_of(new.get(path)))}
        if repr(seen) not in allowed and not (seen is None and path in may_miss):
            wrong.append(f"{path}: {'missing' if seen is None else 'neither old nor new'}")
    return wrong


def differences(expected, now, since=None):
    """Paths that are not as expected. Directories that the transaction changes have the time of the change: with
    `since`, any time from then on is right where the expected one is not older either."""
    wrong = []
    for path in sorted(set(expected) | set(now)):
        left, right = expected.get(path), now.get(path)
        if left == right:
            continue
        if left and right and since and left["kind"] == right["kind"] == stat.S_IFDIR:
            if left["time"] >= since and right["time"] >= since and {**left, "time": 0} == {**right, "time": 0}:
                continue
        keys = [k for k in {**(left or {}), **(right or {})} if (left or {}).get(k) != (right or {}).get(k)]
        wrong.append(f"{path}: {'missing' if right is None else 'unexpected' if left is None else ' '.join(keys)}")
    return wrong
