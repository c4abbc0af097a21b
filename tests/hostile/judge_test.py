# SPDX-License-Identifier: MIT
"""The judge of the corpus is given programs that do one thing wrongly each, and must say so."""
import unittest
from unittest import mock

from hostile import arena
from hostile.arena import ARENA, OUTSIDE, ROOT
from hostile.case import Accepted, Case, Refused
from hostile.judge import Judge
from hostile.tarball import file
from support import minipkg

GOOD = Case("good", "accepted", [file("f", b"x")], Accepted({"/f": b"x"}), native=None)
BAD = Case("bad", "refused", [file("../f", b"x")], Refused("has a '..' component", 1, "../f"), native=None)


class JudgeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        arena.enter()

    def faults(self, case, before="", after=""):
        """Of minipkg with something done before, and after it; $2 to $4 are "--root", the root, the command."""
        program = ARENA / "program"
        program.write_text(f"#!/bin/bash\n{before}\n'{minipkg.program()}' \"$@\"\nstatus=$?\n{after}\nexit $status\n")
        program.chmod(0o755)
        judge = Judge()
        judge.program = program
        return judge.faults(case)

    def must_say(self, words, case, before="", after=""):
        found = self.faults(case, before, after)
        self.assertTrue(any(words in fault for fault in found), f"no {words!r} in {found}")
        arena.fresh_outside()

    def test_minipkg_is_innocent(self):
        self.assertEqual(self.faults(GOOD), [])
        self.assertEqual(self.faults(BAD), [])

    def test_what_is_outside(self):
        for sin in ("touch {}/new", "echo x >> {}/secret", "chmod 755 {}/secret", "touch -d @0 {}/secret",
                    "ln {}/secret {}/../link", "rm {}/fifo", "setfattr -n user.x -v 1 {}/secret", "chmod 700 {}/.."):
            with self.subTest(sin):
                self.must_say("ESCAPED", BAD, after=sin.replace("{}", str(OUTSIDE)))
                (ARENA / "link").unlink(missing_ok=True)

    def test_what_is_in_the_root_after_a_refusal(self):
        for sin in ("touch {}/new", "echo >> {}/etc/passwd", "chmod 700 {}/usr", "touch -d @0 {}/etc/passwd",
                    "cp -a {}/etc/passwd {}/p; mv {}/p {}/etc/passwd", "chown 1 {}/etc/fifo",
                    "setfattr -n user.x -v 1 {}/etc/passwd", "ln -sfn / {}/lib", "mkdir {}/.minipkg"):
            with self.subTest(sin):
                self.must_say("->", BAD, after=sin.replace("{}", str(ROOT)))

    def test_staging_areas(self):
        self.must_say("the staging area is left behind", GOOD, after=f"mkdir {ROOT}/.minipkg")

    def test_verdicts(self):
        self.must_say("ended with 6, not 0", GOOD, before="exit 6")
        self.must_say("ended with 0, not 6", BAD, before="exit 0")
        self.must_say("ended with 1, not 6", BAD, before="exit 1")
        self.must_say("/f is not there", GOOD, after=f"rm -f {ROOT}/f")
        self.must_say("content is b'y'", GOOD, after=f"test -e {ROOT}/f && printf y > {ROOT}/f")
        self.must_say("ended with 6, not 0", GOOD, before='[ "$3" = inspect ] && exit 6')

    def test_words(self):
        for said, missed in ((f"{ARENA}/packages/bad-1-1.noarch.pkg.tar member 1 '../f'", "has a '..' component"),
                             (f"{ARENA}/packages/bad-1-1.noarch.pkg.tar member 2 '../f' has a '..' component",
                              "member 1 '../f'"),
                             ("member 1 '../f' has a '..' component", "packages/bad")):
            with self.subTest(missed):
                self.must_say("did not say", BAD, before=f'echo "{said}" >&2; exit 6')

    def test_crashes(self):
        self.must_say("died of signal 11", BAD, before="kill -SEGV $$")
        self.must_say("crashed", BAD, after="echo 'x.cpp:1: runtime error: y' >&2")
        self.must_say("printed raw control characters", BAD, after="printf '\\033[2J' >&2")
        self.must_say("printed raw control characters", GOOD, after="printf '\\342\\200\\256'")
        with mock.patch.object(arena.run, "__defaults__", (None, 1)):
            self.must_say("hangs", BAD, before="sleep 5")

    def test_memory(self):
        take = "perl -e '$x = \"x\" x (%d << 20); select undef, undef, undef, 0.1'"
        with mock.patch("support.minipkg.is_sanitized", return_value=False):
            self.must_say("MiB of memory", GOOD, before=take % 140)
            self.must_say("MiB of memory", GOOD, before=f"{take % 70} & {take % 70}; wait")
        self.assertEqual(self.faults(GOOD, before=take % 60), [])

    def test_staging_beyond_what_is_declared(self):
        fill = f"head -c 3M /dev/zero > {ROOT}/.fill"
        self.must_say("ended with 1", GOOD, after=f"{fill} || status=1; rm -f {ROOT}/.fill")
