# SPDX-License-Identifier: MIT
"""The swap race, made certain: right before one system call of a transaction, a name in a directory of another user
becomes a link to something that is not his. Nothing of that may change."""
import itertools
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tarfile

from faults import pair, sweep
from faults.failing_calls_test import COMPLAINT, DONE, FAILED, SANITIZER
from support.minipkg import plain_program, program

USER = 1234
HIS = ("opt", "opt/app", "opt/app/lib")
WAY = "opt/app/way"  # root's link in his directory; the package has files below it
DIRECTORIES = (*HIS[1:], "opt/app/directory-to-file", WAY)
FILES = ("opt/app/mode-only", "opt/app/linked-a", "opt/app/privileged", "opt/app/removed-0", "opt/app/file-to-directory",
         "opt/app/leader")
VICTIM = "victim"  # the file that links at a file's name lead to


def content(version):
    """The pair of 46 paths and special files, in directories of a user; a file that becomes privileged."""
    paths = pair.content(version)
    for name in HIS:
        paths[name] = pair.directory(uid=USER, gid=USER)
    v = f"version {version}\n".encode()
    paths["opt/app/privileged"] = pair.file(v, 0o4755)
    paths["opt/app/fifo"] = dict(type=tarfile.FIFOTYPE, mode=0o600 + version)
    paths["opt/app/device"] = dict(type=tarfile.CHRTYPE, mode=0o600 + version, device=(1, 3))
    paths[WAY] = pair.directory()
    paths[f"{WAY}/through"] = pair.file(v)
    # A further name of what stands in his directory, where he may not write.
    paths["opt/app/leader"] = pair.file(b"always", time=1)
    paths["usr"] = pair.directory()
    if version == 2:
        paths["usr/further"] = pair.hardlink("opt/app/leader")
    return paths


def write_packages(folder):
    return [pair.write_package(folder, "app", version, content(version)) for version in (1, 2)]


def edit(root):
    """Files of the package that the user changed."""
    for name in ("mode-only", "linked-a", "privileged", "removed-0", "app.conf"):
        path = root / "opt/app" / name
        path.write_bytes(b"edited " + path.read_bytes())


def litter_files(root):
    """What nobody owns, at the names of the package."""
    for name in ("mode-only", "leader", "linked-a", "privileged", "lib/libtwo.so.2"):
        (root / "opt/app" / name).write_bytes(b"litter")
        os.chown(root / "opt/app" / name, USER, USER)


def litter(root):
    """The same, and a directory."""
    litter_files(root)
    (root / "opt/app/removed-0").mkdir()
    (root / "opt/app/removed-0/inside").write_bytes(b"litter")


class Link:
    """What takes a name's place, and for how long: until the call is over, or for good."""

    def __init__(self, path, target, during):
        self.path, self.target, self.during = path, target, during

    def __str__(self):
        return f"{self.path} -> {self.target}{' during the call' if self.during else ''}"

    def make(self, place):
        """Makes it as `place.other`, to be exchanged with the name."""
        up = "../" * (self.path.count("/") + 1)
        if self.target == "hard link":
            os.link(place.outside / VICTIM, place.other)
            return
        target = {"outside": f"{up}outside", "inside": f"{up[3:]}srv/canary", "file": f"{up}outside/{VICTIM}"}
        place.other.symlink_to(target[self.target])
        os.lchown(place.other, USER, USER)


def links(paths=DIRECTORIES + FILES):
    kinds = lambda path: ("outside", "inside") if path in DIRECTORIES else ("file", "hard link")
    return [Link(path, kind, during) for path in paths for kind in kinds(path) for during in (False, True)]


class Canary:
    """A tree with the names that the package has below the directories, but nothing of its content."""

    def __init__(self, top):
        self.top = top
        top.mkdir()
        self.fill(self.top, "opt/app/")
        self.fill(self.top, "opt/app/lib/")
        (self.top / VICTIM).write_bytes(b"whoever runs this is root")
        (self.top / VICTIM).chmod(0o4755)
        os.utime(self.top / VICTIM, (1, 1))
        self.before = self.look()

    @staticmethod
    def fill(top, prefix):
        for name, what in sorted({**content(2), **content(1)}.items()):
            path = top / name[len(prefix):]
            if not name.startswith(prefix) or not path.parent.is_dir():
                continue
            if what["type"] == tarfile.DIRTYPE:
                path.mkdir(0o711, exist_ok=True)
            else:
                path.write_bytes(b"canary " + name.encode())
                os.setxattr(path, "user.canary", b"sings")
                os.chmod(path, 0o4750)
                os.utime(path, (1, 1))

    def look(self):
        """Everything that stat(2) and xattr(7) tell, but access times. Whoever may link a file changes its link count
        and change time."""
        seen = {}
        for directory, names, files in os.walk(self.top):
            for path in [directory, *(f"{directory}/{name}" for name in names + files)]:
                info = os.lstat(path)
                linked = os.path.basename(path) == VICTIM
                seen[path] = (info.st_ino, info.st_mode, info.st_uid, info.st_gid, info.st_size, info.st_mtime_ns,
                              None if linked else (info.st_ctime_ns, info.st_nlink),
                              {name: os.getxattr(path, name) for name in os.listxattr(path)},
                              pathlib.Path(path).read_bytes() if stat.S_ISREG(info.st_mode) else None)
        return seen

    def changes(self):
        now = self.look()
        return [path for path in sorted(self.before.keys() | now.keys()) if self.before.get(path) != now.get(path)]


class Place:
    """One root, what stands outside, and what is exchanged."""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.root, self.other, self.outside = (self.top / name for name in ("root", "other", "outside"))


class Table(sweep.Table):
    COLUMNS = ("points", "outside changed", "wrong exit")


class Race:
    """A command whose calls are raced. `before` are commands, or functions of its path, that make the root; `killed` one
    that is then killed in its middle."""

    def __init__(self, top, before, command, killed=None, without=()):
        self.place, self.before, self.command, self.killed = Place(top), before, command, killed
        # What changed outside is what counts; sanitizers only take their time to start, thousands of times.
        self.program, self.out = [plain_program() or program()], str(pathlib.Path(top, "calls"))
        self.without = [os.environ["MINIPKG_WITHOUT"], *without, "--"] if without else []
        self.base = pathlib.Path(top, "base")
        shutil.rmtree(self.base, ignore_errors=True)
        self.middle = self.count(killed) * 3 // 4 if killed else 0

    def arguments(self, command):
        return [*self.program, "--root", str(self.place.root), "--sync", "none", *command]

    def run(self, command, wrap=()):
        return subprocess.run([*self.without, *wrap, *self.arguments(command)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120)

    def clear(self):
        place = self.place
        for tree in (place.root, place.outside):
            shutil.rmtree(tree, ignore_errors=True)
        place.other.unlink() if place.other.is_symlink() or place.other.is_file() else shutil.rmtree(place.other, True)

    def make_root(self):
        """As it is before the command. A copy has other inodes than its journal says: only where those do not matter."""
        root = self.place.root
        if self.base.exists():
            subprocess.run(["cp", "-a", self.base, root], check=True)
            return
        for path in (root / "srv", root / "opt/app/lib"):
            path.mkdir(parents=True)
        for path in HIS:
            os.chown(root / path, USER, USER)
        (root / WAY).symlink_to("lib")
        for command in self.before:
            if callable(command):
                command(root)
                continue
            done = self.run(command)
            if done.returncode != 0:
                raise AssertionError(f"{command}: {done.stderr}")
        if self.middle:
            self.run(self.killed, [sweep.INTERPOSER, "kill", str(self.middle), self.out, "--"])
        if sum(not callable(one) for one in self.before) < 2 and not self.killed:
            subprocess.run(["cp", "-a", root, self.base], check=True)

    def fresh(self):
        place = self.place
        self.clear()
        self.make_root()
        self.canaries = [Canary(place.outside), Canary(place.root / "srv/canary")]

    def count(self, command=None):
        self.middle = 0 if command else self.middle
        self.fresh()
        done = self.run(command or self.command, [sweep.INTERPOSER, "count", self.out, "--"])
        if done.returncode != 0:
            raise AssertionError(f"{command or self.command}: {done.stderr}")
        return int(pathlib.Path(self.out).read_text().split()[0])

    def points_of(self, *names):
        """The points of these calls."""
        self.fresh()
        self.run(self.command, [sweep.INTERPOSER, "list", self.out, "--"])
        called = pathlib.Path(self.out).read_text().split()
        return [point for point, name in enumerate(called, 1) if name in names]

    def at(self, table, point, link):
        self.fresh()
        link.make(self.place)
        mode = "exchange-during" if link.during else "exchange"
        exchange = [sweep.INTERPOSER, mode, str(point), str(self.place.root / link.path), str(self.place.other)]
        table.figures["points"] += 1
        try:
            done = self.run(self.command, [*exchange, self.out, "--"])
            self.judge(table, f"{point}, {link}", link, done)
        except subprocess.TimeoutExpired:
            return table.count("wrong exit", f"{point}, {link}", "it hangs")
        return done

    def judge(self, table, point, link, done):
        if done.returncode not in (DONE, *FAILED) or SANITIZER.search(done.stderr):
            table.count("wrong exit", point, f"{done.returncode}: {done.stderr.strip()[-600:]}")
        elif done.returncode != DONE and not COMPLAINT.search(done.stderr):
            table.count("wrong exit", point, f"{done.returncode} without a cause: {done.stderr.strip()!r}")
        self.judge_canaries(table, point, link, done)
        if done.returncode != DONE:
            self.run(["recover"])  # with the link in its place
            self.judge_canaries(table, f"{point}, then recover", link, done)

    def judge_canaries(self, table, point, link, done):
        changed = [path for canary in self.canaries for path in canary.changes()]
        # What stood there when the plan was made is a file that somebody edited, or nobody's: it is kept, as a name.
        planned = re.search(f"/{link.path} was (edited; kept as|nobody's; moved to|replaced though)", done.stdout)
        found = [] if planned else self.names_of(os.lstat(self.place.outside / VICTIM).st_ino, link.path)
        if changed or found:
            table.count("outside changed", point,
                        f"exit {done.returncode}, {(changed + found)[:4]}: {done.stderr.strip()[:300]}")
            for canary in self.canaries:
                canary.before = canary.look()

    def names_of(self, inode, his):
        """Names that lead to it, in the root and its staging areas, but for the one that the user gave it himself."""
        return [entry.path for directory, _, _ in os.walk(self.place.root) for entry in os.scandir(directory)
                if entry.inode() == inode and os.path.relpath(entry.path, self.place.root) != his]


def rotating(all_links):
    """One of them at each point, the next one at the next."""
    turn = itertools.cycle(all_links)
    return lambda: all_links if sweep.FULL else [next(turn)]
