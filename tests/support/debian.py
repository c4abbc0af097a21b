# SPDX-License-Identifier: MIT
"""Real software: Debian packages, their payload as bare tars, and roots to run them in."""
import fcntl
import io
import socket
import subprocess
import tarfile

from support.minipkg import SOURCE

DOWNLOADS = SOURCE / "build" / "test-downloads"


def download(name):
    """The package's .deb file, fetched once by apt-get; nothing if that fails."""
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    with open(DOWNLOADS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests at once may want the same package
        if not any(DOWNLOADS.glob(f"{name}_*.deb")):
            fetched = subprocess.run(["apt-get", "-q", "download", name], cwd=DOWNLOADS, capture_output=True,
                                     timeout=120)
            if fetched.returncode != 0:
                return None
    return max(DOWNLOADS.glob(f"{name}_*.deb"), key=lambda deb: deb.stat().st_mtime)


def version(deb):
    return subprocess.run(["dpkg-deb", "-f", deb, "Version"], check=True, capture_output=True,
                          text=True).stdout.strip()


def payload(deb, target):
    """What the package brings, as a bare tar."""
    with open(target, "wb") as tar:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, stdout=tar)
    return target


def rebuilt(deb, target, is_changed):
    """The same payload as a new build would bring it: files whose name `is_changed` accepts have other bytes."""
    changed = []
    with tarfile.open(payload(deb, target.with_suffix(".before"))) as old, \
            tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            if not member.isfile():
                new.addfile(member)
                continue
            data = old.extractfile(member).read()
            if is_changed(member.name):
                changed.append(member.name.lstrip("."))
                data += b"built anew"  # behind all that the program headers of an ELF file name
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return target, changed


def make_merged_root(root):
    """The directories and links that Debian's base-files would have made."""
    for directory in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "tmp", "dev"):
        (root / directory).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    (root / "dev/null").touch()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
