# SPDX-License-Identifier: MIT
"""The minipkg program under test, and packages for it."""
import hashlib
import io
import json
import os
import pathlib
import subprocess
import tarfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def program():
    """The file named by $MINIPKG, else the one built last."""
    if "MINIPKG" in os.environ:
        return os.environ["MINIPKG"]
    built = [p for p in SOURCE.glob("build/*/minipkg") if p.is_file()]
    if not built:
        raise RuntimeError("minipkg is not built, and $MINIPKG names none")
    return str(max(built, key=lambda p: p.stat().st_mtime))


def is_sanitized(path):
    """Sanitizers need /proc, and take memory of their own."""
    with open(path, "rb") as file:
        return b"__asan_init" in file.read()


def plain_program():
    """minipkg without sanitizers: program(), or else the file named by $MINIPKG_PLAIN; None if there is none."""
    candidates = (program(), os.environ.get("MINIPKG_PLAIN"))
    return next((path for path in candidates if path and not is_sanitized(path)), None)


class HardLink(str):
    """Content of a package's file: another name of the file with this path."""


class SymbolicLink(str):
    """Content of a package's file: a symlink with this text."""


def pack(directory, name, version, files):
    """Writes a bare tar like those of `make DESTDIR=... install`, with directories, and returns its path. Content is
    bytes, a pathlib.Path to read them from, a HardLink or a SymbolicLink; a file under bin is executable."""
    target = pathlib.Path(directory) / f"{name}-{version}.noarch.pkg.tar"
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for parent in sorted({str(p) for path in files for p in pathlib.PurePosixPath(path).parents}):
            member = tarfile.TarInfo("." + parent.rstrip("/"))
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member)
        # A hard link comes after what it links to.
        for path, content in sorted(files.items(), key=lambda item: (isinstance(item[1], HardLink), item[0])):
            member = tarfile.TarInfo("." + path)
            member.mode = 0o755 if "bin/" in path or ".so" in path else 0o644
            if isinstance(content, HardLink):
                member.type, member.linkname = tarfile.LNKTYPE, "." + content
                tar.addfile(member)
            elif isinstance(content, SymbolicLink):
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, str(content), 0o777
                tar.addfile(member)
            else:
                data = content.read_bytes() if isinstance(content, pathlib.Path) else content
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return target


class Minipkg:
    """Runs minipkg on one root."""

    def __init__(self, test, root):
        self.test, self.root = test, str(root)
        self.liveness = "--live"
        self.program, self.prefix, self.environment = program(), [], dict(os.environ)

    def run(self, *arguments, status=0):
        """Runs a command and fails the test unless it ends with `status`."""
        command = [*self.prefix, self.program, "--root", self.root, self.liveness, *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              encoding="utf-8", errors="backslashreplace", timeout=120)
        told = f"{' '.join(map(str, command))}\nstdout: {done.stdout}\nstderr: {done.stderr}"
        self.test.assertEqual(done.returncode, status, told)
        return done

    def install(self, *packages):
        return self.run("install", *packages)

    def needs_restart(self, *arguments):
        """The report as JSON; its exit status must say whether anything needs a restart."""
        done = self.run("needs-restart", "--json", *arguments, status=AnyOf(0, 1))
        report = json.loads(done.stdout)
        self.test.assertEqual(done.returncode, int(any(p["needs_restart"] for p in report["processes"])), done.stdout)
        return report


class AnyOf:
    """Equals any of some values."""

    def __init__(self, *values):
        self.values = values

    def __eq__(self, other):
        return other in self.values

    def __repr__(self):
        return " or ".join(map(repr, self.values))


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
