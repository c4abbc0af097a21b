# SPDX-License-Identifier: MIT
"""Runs minipkg on one case and says what was wrong."""
import os
import re
import stat

from hostile import arena
from hostile.arena import PACKAGES, ROOT
from hostile.case import BAD_PACKAGE, SAME, Accepted, Refused
from hostile.tarball import raw
from support import minipkg

MOST_MEMORY = 128 << 20
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
CRASH = re.compile(r"Sanitizer|runtime error:|terminate called|Assertion|internal error", re.I)
OURS = (b"var/lib/minipkg",)  # databases: what they say afterwards is other tests' matter
TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "symlink", stat.S_IFCHR: "char",
         stat.S_IFBLK: "block", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


class Judge:
    def __init__(self, program=None):
        self.program = program or minipkg.program()
        self.judges_memory = not minipkg.is_sanitized(self.program)
        self.outside = {}
        self.most_memory = self.most_staged = 0

    def faults(self, case):
        """All that is wrong with how minipkg treats the case, as lines; empty if nothing is."""
        found, self.outside = [], arena.snapshot_outside()
        for form, content, verdict, shift in case.forms():
            package = PACKAGES / f"{case.name}-1-1.noarch.pkg.tar"
            package.write_bytes(content)
            arena.fresh_root()
            arena.set_size(arena.used() + case.declared + arena.LOOSE)
            differs = case.inspect is not SAME and (form == "bare" or case.native is SAME)
            inspected = case.inspect if differs else verdict
            found += [f"{form}, inspect: {fault}" for fault in self.inspect(case, package, inspected, shift)]
            found += [f"{form}, install: {fault}" for fault in self.install(case, package, verdict, shift)]
            package.unlink()
            arena.set_size(64 << 20)
        return found

    def run(self, *words):
        environment = {"PATH": os.environ["PATH"], "ASAN_OPTIONS": "detect_leaks=0", "TMPDIR": str(arena.ARENA)}
        done = arena.run([self.program, "--root", ROOT, *words], environment)
        self.most_memory = max(self.most_memory, done.memory)
        return done

    def inspect(self, case, package, verdict, shift):
        before = arena.snapshot(ROOT)
        options = [word for word in case.options if word != "--allow-special"]
        done = self.run("inspect", *options, package)
        yield from self.judge_run(done)
        yield from self.judge_words(done, package, verdict, shift)
        yield from arena.differences(before, arena.snapshot(ROOT))

    def install(self, case, package, verdict, shift):
        before = arena.snapshot(ROOT, without=OURS)
        # What has a manifest is otherwise read only where a byte of it is needed.
        done = self.run("install", "--verify-archive", *case.options, package)
        self.most_staged = max(self.most_staged, done.staged)
        yield from self.judge_run(done)
        yield from self.judge_words(done, package, verdict, shift)
        after = arena.snapshot(ROOT, without=OURS)
        if isinstance(verdict, Refused):
            yield from arena.differences(before, after)
        else:
            for path, wanted in verdict.there.items():
                yield from judge_path(path, wanted)
        if any(name.startswith(b".minipkg") for name in after):
            yield "the staging area is left behind"

    def judge_run(self, done):
        if done.hung:
            yield f"hangs, was killed after {arena.LIMIT} s"
        elif done.status < 0:
            yield f"died of signal {-done.status}: {done.err}"
        if CRASH.search(done.err):
            yield f"crashed: {done.err}"
        if done.memory > MOST_MEMORY and self.judges_memory:
            yield f"took {done.memory >> 20} MiB of memory"
        if CONTROL.search(done.out + done.err):
            yield f"printed raw control characters: {done.out!r} {done.err!r}"
        yield from (f"ESCAPED: {each}" for each in arena.differences(self.outside, arena.snapshot_outside()))

    def judge_words(self, done, package, verdict, shift):
        wanted = 0 if isinstance(verdict, Accepted) else verdict.status
        if done.status != wanted:
            yield f"ended with {done.status}, not {wanted}: {done.err or done.out}"
            return
        words = verdict.words if wanted == 0 else verdict.words(shift)
        if wanted == BAD_PACKAGE:
            words = [str(package), *words]
        yield from (f"did not say {word!r}: {done.err}" for word in words if word not in done.err + done.out)


def judge_path(path, wanted):
    """What stands below the root against what must."""
    os.chdir(ROOT)  # the full name could be too long
    place = raw(path).lstrip(b"/") or b"."
    if not os.path.lexists(place):
        if wanted is not None:
            yield f"{path} is not there"
        return
    if wanted is None:
        yield f"{path} is there"
        return
    if isinstance(wanted, bytes):
        wanted = {"type": "file", "content": wanted}
    elif isinstance(wanted, str):
        wanted = {"type": "symlink", "target": wanted}
    for key, value in wanted.items():
        found = fact(place, key)
        if found != value:
            yield f"{path}: {key} is {found!r}, not {value!r}"


def fact(place, key):
    info = os.lstat(place)
    if key == "type":
        return TYPES[stat.S_IFMT(info.st_mode)]
    if key == "content" and info.st_size > arena.LARGE:
        return "large"
    if key == "content":
        with open(place, "rb") as content:
            return content.read()
    if key == "target":
        return os.readlink(place).decode("utf-8", "surrogateescape")
    if key == "xattrs":
        return {name: os.getxattr(place, name, follow_symlinks=False)
                for name in os.listxattr(place, follow_symlinks=False)}
    return {"mode": stat.S_IMODE(info.st_mode), "uid": info.st_uid, "gid": info.st_gid, "size": info.st_size,
            "mtime": int(info.st_mtime // 1), "links": info.st_nlink}[key]
