# SPDX-License-Identifier: MIT
"""Two versions of one package that differ in every way two versions can: 46 paths, 42 of them different."""
import io
import tarfile

TIME = {1: 1_600_000_001, 2: 1_650_000_001}  # odd: FAT only knows even seconds
# cap_net_raw=ep as the kernel stores it (struct vfs_cap_data, revision 2)
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")


def directory(mode=0o755, **more):
    return dict(type=tarfile.DIRTYPE, mode=mode, **more)


def file(data, mode=0o644, **more):
    return dict(type=tarfile.REGTYPE, mode=mode, data=data, **more)


def symlink(target):
    return dict(type=tarfile.SYMTYPE, mode=0o777, target=target)


def hardlink(leader):
    return dict(type=tarfile.LNKTYPE, mode=0o644, target=leader)


def content(version):
    """Path -> what stands there."""
    v = f"version {version}\n".encode()
    old = version == 1
    paths = {
        "opt": directory(), "opt/app": directory(), "opt/app/bin": directory(), "opt/app/lib": directory(),
        "opt/app/bin/server": file(b"#!/bin/sh\necho " + v, 0o755),
        "opt/app/bin/tool": file(b"\x7fELF" + v * 400, 0o755),
        "opt/app/lib/libone.so.1": symlink(f"libone.so.1.{version}"),
        f"opt/app/lib/libone.so.1.{version}": file(b"one " + v, 0o755),
        "opt/app/lib/libtwo.so": symlink("libtwo.so.2"),
        "opt/app/lib/libtwo.so.2": file(b"two " + v, 0o755),
        "opt/app/mode-only": file(b"the same", 0o644 if old else 0o600, time=1),
        "opt/app/owner-only": file(b"the same", uid=0 if old else 1234, gid=0 if old else 1234, time=1),
        "opt/app/linked-a": file(b"linked " + v), "opt/app/linked-b": hardlink("opt/app/linked-a"),
        "opt/app/large": file((b"%d" % version) * 300_000),
        "opt/app/empty-file": file(b""), "opt/app/empty-directory": directory(0o700 if old else 0o750),
        "opt/app/absolute-link": symlink("/opt/app/large" if old else "/opt/app/empty-file"),
        "opt/app/relative-link": symlink("large" if old else "empty-file"),
        "opt/app/app.conf": file(b"setting=" + v),
        "opt/app/unchanged": file(b"always", time=1), "opt/app/unchanged-link": symlink("unchanged"),
        "opt/app/file-to-symlink": file(v) if old else symlink("large"),
        "opt/app/symlink-to-file": symlink("large") if old else file(v),
        "opt/app/file-to-directory": file(v) if old else directory(),
        "opt/app/directory-to-file": directory() if old else file(v),
        "opt/app/directory-to-symlink": directory() if old else symlink("lib"),
        "opt/app/symlink-to-directory": symlink("lib") if old else directory(),
        "opt/app/xattrs": file(v, xattrs={"user.note": v, "security.capability": CAPABILITY}),
        "opt/app/xattr-only": file(b"the same", time=1, xattrs={"user.note": v}),
    }
    if old:
        paths["opt/app/directory-to-file/inside"] = file(v)
        paths["opt/app/directory-to-symlink/inside"] = file(v)
        paths.update({f"opt/app/removed-{n}": file(v) for n in range(8)})
        paths.update({"opt/app/gone": directory(0o711), "opt/app/gone/deep": directory(),
                      "opt/app/gone/deep/file": file(v), "opt/app/gone/file": file(v)})
    else:
        paths["opt/app/file-to-directory/inside"] = file(v)
        paths["opt/app/symlink-to-directory/inside"] = file(v)
        paths.update({f"opt/app/added-{n}": file(v) for n in range(8)})
        paths.update({"opt/app/fresh": directory(0o711), "opt/app/fresh/deep": directory(),
                      "opt/app/fresh/deep/file": file(v), "opt/app/fresh/link": hardlink("opt/app/fresh/deep/file")})
    return paths


def write_tar(path, paths, version):
    def order(item):  # a hard link comes after what it links to
        return item[1]["type"] == tarfile.LNKTYPE, item[0]

    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape") as tar:
        for name, what in sorted(paths.items(), key=order):
            member = tarfile.TarInfo(name)
            member.type, member.mode = what["type"], what["mode"]
            member.uid, member.gid = what.get("uid", 0), what.get("gid", 0)
            member.uname = member.gname = "" if member.uid else "root"
            member.mtime = TIME[what.get("time", version)]
            member.linkname = what.get("target", "")
            member.devmajor, member.devminor = what.get("device", (0, 0))
            for key, value in what.get("xattrs", {}).items():
                member.pax_headers["SCHILY.xattr." + key] = value.decode("utf-8", "surrogateescape")
            data = what.get("data", b"")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def write_package(folder, name, version, paths):
    return write_tar(f"{folder}/{name}-{version}-1.noarch.pkg.tar", paths, version)


def packages(folder):
    """The package in both versions."""
    return [write_package(folder, "app", v, content(v)) for v in (1, 2)]


def three(folder):
    """One transaction of three packages: `app` is upgraded, `fresh` comes, `gone` goes. Returns what is installed
    first, and what is installed then. A directory is shared by all three."""
    def extra(name):
        v = f"of {name}\n".encode()
        return {"opt": directory(), "opt/app": directory(), "opt/app/shared": directory(),
                f"opt/app/shared/{name}": file(v), f"opt/{name}": directory(0o711),
                f"opt/{name}/deep": directory(), f"opt/{name}/deep/file": file(v, 0o755),
                f"opt/{name}/deep/link": hardlink(f"opt/{name}/deep/file"), f"opt/{name}/to": symlink("deep/file"),
                "opt/moves" if name == "gone" else "opt/stays": file(v)}

    old, new = packages(folder)
    fresh = extra("fresh")
    fresh["opt/moves"] = file(b"the same path, of another package\n")
    return ([old, write_package(folder, "gone", 1, extra("gone"))], [new, write_package(folder, "fresh", 2, fresh)])


def boot(folder):
    """What lies in /boot, in both versions: regular files and directories only, and a few files elsewhere."""
    def content_of(version):
        v, old = f"version {version}\n".encode(), version == 1
        paths = {
            "boot": directory(), "boot/loader": directory(), "usr": directory(), "usr/lib": directory(),
            "usr/lib/program": file(v, 0o755), "usr/lib/link": symlink("program" if old else "/boot"),
            "boot/kernel": file(v * 5000, 0o644), "boot/initrd": file((b"%d" % version) * 300_000, 0o600),
            "boot/loader/loader.conf": file(b"timeout " + v), "boot/unchanged": file(b"always", time=1),
            "boot/empty": file(b""), "boot/odd-time": file(b"the same", time=1), "boot/mode-only": file(b"", 0o600),
            "boot/file-to-directory": file(v) if old else directory(),
            "boot/directory-to-file": directory() if old else file(v),
        }
        if old:
            paths["boot/directory-to-file/inside"] = file(v)
            paths.update({f"boot/removed-{n}": file(v) for n in range(4)})
            paths.update({"boot/gone": directory(), "boot/gone/deep": directory(), "boot/gone/deep/file": file(v)})
        else:
            paths["boot/file-to-directory/inside"] = file(v)
            paths.update({f"boot/added-{n}": file(v) for n in range(4)})
            paths.update({"boot/fresh": directory(), "boot/fresh/deep": directory(), "boot/fresh/deep/file": file(v)})
        return paths

    return [write_package(folder, "app", v, content_of(v)) for v in (1, 2)]
