# SPDX-License-Identifier: MIT
"""The matrix: who asks. No caller is told of a process that is not stale; what a caller cannot make sure of is marked,
and what it may not look at is counted."""
import os
import pathlib

from support import spaces
from support.matrix import MatrixTest, content

OTHER = "/usr/lib/other.so"
SOMEBODY = 1234  # neither root nor the caller
# What a container is not given by default, apart from what it would need to look at processes of others.
CONTAINER = spaces.without_capabilities("sys_admin", "dac_read_search", "sys_ptrace", "checkpoint_restore", "perfmon",
                                        "bpf", "sys_resource", "net_admin", "sys_module", "sys_rawio")


class Callers(MatrixTest):
    def replace_under(self, *users):
        """For each of the users (words before a command) one process of each kind, stale or not. Returns the stale
        ones, by user."""
        self.users = users
        self.put(1)
        self.minipkg.install(self.pack("other", "1.0-1", {OTHER: content("o")}))
        aside = self.installed(OTHER).with_name("other.so.old")
        self.installed(OTHER).rename(aside)
        os.link(aside, self.installed(OTHER))
        shared = self.scratch / "shared"
        shared.mkdir()
        shared.chmod(0o1777)
        odd = self.installed().with_name("libtest.so (deleted)")
        odd.write_bytes(content("odd"))
        self.stale_of = []
        for number, user in enumerate(users):
            stale = [self.uses_library(before=user), self.act("code", aside, before=user),
                     self.act("data", self.installed(), before=user)]
            for process, use, package in zip(stale, ("code", "code", "data"), ("libtest", "other", "libtest")):
                self.stale(process, use, package)
            self.stale_of.append([process.pid for process in stale])
            self.unaffected(self.act("code", odd, before=user), self.act("memfd", "libtest.so", "jit", "", before=user),
                            self.act("temporary", shared / f"{number}.so", before=user))
        self.put(2)
        self.minipkg.install(self.pack("other", "2.0-1", {OTHER: content("p")}))
        self.unaffected(*(self.uses_library(before=user) for user in users))

    def ask_as(self, *prefix, sees=(), arguments=()):
        """Asks as this caller, who must see these processes and may see others."""
        self.minipkg.prefix = [*prefix, *self.let_anybody_run_minipkg()]
        self.arguments = arguments
        for truth in self.truths:
            truth.is_hidden = bool(truth.files) and truth.pid not in sees
        if MatrixTest.also_asked is not None:
            MatrixTest.also_asked(self)
        report = self.minipkg.needs_restart(*arguments)
        found = {one["pid"]: [(file["package"], file["old_version"], file["new_version"], file["use"])
                              for file in one["files"]] for one in report["processes"]}
        true = {truth.pid: truth.files for truth in self.truths if truth.files}
        self.assertEqual(found, {pid: true.get(pid) for pid in found}, "a false alarm")
        self.assertLessEqual(set(sees), set(found), "not seen")
        unseen = sorted(set(true) - set(found))
        self.assertGreaterEqual(report["unreadable"], len(unseen), "neither seen nor counted")
        for pid in unseen:
            self.assertEqual(self.minipkg.needs_restart("--pid", pid)["unreadable"], 1, "neither seen nor counted")
        return {file["certainty"] for one in report["processes"] for file in one["files"]}

    def test_row_caller_root(self):
        """asked by root"""
        self.replace_under([], self.as_user(), self.as_user(SOMEBODY))
        self.check()

    def test_row_caller_user(self):
        """asked by an ordinary user: own processes, and others'"""
        self.replace_under([], self.as_user(), self.as_user(SOMEBODY))
        self.ask_as(*self.as_user(), sees=self.stale_of[1])
        self.minipkg.run("needs-restart", "--complete", status=11)

    def test_row_caller_user_namespace(self):
        """asked inside a user namespace, by its root"""
        spaces.need_unshare("--user", "--map-root-user")
        inside = [*self.as_user(), "unshare", "--user", "--map-root-user"]
        self.replace_under([], self.as_user(), inside)
        # Each unshare makes a namespace of its own: the caller joins that of one process, and may look at this one.
        for pid in self.stale_of[2][:2]:
            joined = [*self.as_user(), "nsenter", "--preserve-credentials", f"--user=/proc/{pid}/ns/user"]
            self.ask_as(*joined, sees=[pid])

    def test_row_caller_without_capabilities(self):
        """asked by root without CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH"""
        self.replace_under([], self.as_user(), CONTAINER)
        certainty = self.ask_as(*CONTAINER, sees=self.stale_of[2])
        self.assertIn("unconfirmed", certainty)

    def test_row_caller_in_container(self):
        """asked inside a container that has neither capability"""
        kinds = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
        spaces.need_unshare(*kinds)
        group = spaces.ControlGroup(self, "docker/ID")
        self.put(1)
        outside = self.uses_library()
        init = self.act("memfd", "libtest.so", before=["unshare", *kinds, *CONTAINER])
        enter = ["nsenter", f"--target={spaces.only_child(init.pid)}", "--mount", "--pid", "--wd=/", *CONTAINER]
        holders = [self.uses_library(before=enter), self.act("data", self.installed(), before=enter)]
        for process, use in zip(holders, ("code", "data")):
            group.take(spaces.only_child(process.pid))
            self.stale(process, use, pid=spaces.only_child(process.pid))
        self.put(2)
        self.unaffected(spaces.only_child(self.uses_library(before=enter).pid), spaces.only_child(init.pid))
        self.minipkg.prefix = enter
        report = self.minipkg.needs_restart()
        inner = {self.pid_inside(truth.pid): truth.worst() for truth in self.truths if truth.files}
        self.assertEqual({one["pid"]: one["files"][0]["use"] for one in report["processes"]}, inner)
        self.minipkg.prefix = []
        self.stale(outside)
        self.check()

    def pid_inside(self, pid):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
        raise AssertionError("no NSpid")
