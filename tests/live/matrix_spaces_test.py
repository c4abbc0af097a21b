# SPDX-License-Identifier: MIT
"""The matrix: processes in other roots, namespaces and containers."""
from support import spaces
from support.matrix import LIBRARY, MatrixTest, content
from support.mounts import need_mounts
from support.spaces import line


class Spaces(MatrixTest):
    def setUp(self):
        super().setUp()
        self.apart = self.scratch / "apart"
        self.apart.mkdir()

    def inside(self, tree, *words, before=()):
        """A process whose root this tree is, where the actor and the library are in place."""
        return self.act(*words, before=[*before, "chroot", tree], program="/usr/bin/actor")

    def put_with_actor(self):
        """Into the root: version 1 of the library, and a program that needs nothing else."""
        actor = self.pack("actor", "1.0-1", {"/usr/bin/actor": self.actor("-static")})
        self.minipkg.install(self.library_package(1), actor)

    def copy_of_its_own(self):
        """A tree with the same files at the same paths, which are not the same files."""
        return spaces.copy_into(self.apart / "tree", (self.actor("-static"), "/usr/bin/actor"),
                                (self.installed(), LIBRARY))

    def test_row_own_copy_at_the_path(self):
        """another mount namespace with a copy of its own at the path"""
        need_mounts("tmpfs")
        self.put(1)
        library = self.installed()
        copy = spaces.copy_into(self.apart, (library, "/libtest.so")) / "libtest.so"
        own = spaces.in_new_mounts(line("mount", "-t", "tmpfs", "none", library.parent), line("cp", copy, library))
        bound = spaces.in_new_mounts(line("mount", "--bind", copy, library))
        self.unaffected(self.uses_library(before=own), self.uses_library(before=bound))
        self.witness()
        self.put(2)
        self.check("--files")

    def test_row_own_mounts_same_files(self):
        """another mount namespace that sees the same files"""
        need_mounts()
        self.put(1)
        elsewhere = spaces.in_new_mounts(line("mount", "--bind", self.root, self.apart))
        self.stale(self.uses_library(before=spaces.in_new_mounts()))
        self.stale(self.act("code", f"{self.apart}{LIBRARY}", before=elsewhere))
        self.put(2)
        self.check()

    def test_row_file_bound_elsewhere(self):
        """old file that a bind mount keeps, begun after the upgrade"""
        need_mounts()
        self.put(1)
        bound = self.apart / "libtest.so"
        bound.touch()
        keeper = self.act(before=spaces.in_new_mounts(line("mount", "--bind", self.installed(), bound)))
        self.put(2)
        self.minipkg.run("history", "prune", "--keep", "0")
        self.minipkg.needs_restart()  # nobody has it open or mapped now
        late = self.act("code", bound, before=["nsenter", f"--mount=/proc/{keeper.pid}/ns/mnt"])
        self.stale(late)
        self.unaffected(keeper)
        self.check()

    def test_row_container_overlay(self):
        """container with an overlay root of its own"""
        need_mounts("overlay")
        self.put_with_actor()
        image = self.copy_of_its_own()
        container = self.overlay(image)
        self.unaffected(self.inside(self.apart / "root", "code", LIBRARY, before=container))
        self.witness()
        self.put(2)
        self.check("--files")

    def overlay(self, lower):
        """Words before a command: apart/root is an overlay of this directory in a namespace of its own."""
        for name in ("root", "upper", "work"):
            (self.apart / name).mkdir()
        options = f"lowerdir={lower},upperdir={self.apart}/upper,workdir={self.apart}/work"
        return spaces.in_new_mounts(line("mount", "-t", "overlay", "overlay", "-o", options, self.apart / "root"),
                                    kinds=("--mount", "--pid", "--fork", "--kill-child"))

    def test_row_container_over_host_root(self):
        """container whose overlay's lower directory is this root"""
        need_mounts("overlay")
        self.put_with_actor()
        user = self.inside(self.apart / "root", "code", LIBRARY, before=self.overlay(self.root))
        self.stale(user, pid=spaces.only_child(user.pid))
        self.put(2)
        self.check()

    def test_row_container_binds_usr(self):
        """container that bind-mounts the host's /usr"""
        need_mounts()
        self.put_with_actor()
        group = spaces.ControlGroup(self, "docker/ID")
        (self.apart / "usr").mkdir()
        container = spaces.in_new_mounts(line("mount", "--rbind", self.root / "usr", self.apart / "usr"))
        user = self.inside(self.apart, "code", LIBRARY, before=container)
        group.take(user.pid)
        self.stale(user)
        self.put(2)
        one = self.check()[user.pid]
        self.assertEqual(one["container"], {"engine": "docker", "name": group.id[:12]})
        self.assertEqual([file["path"] for file in one["files"]], [LIBRARY])

    def test_row_chroot(self):
        """chroot: --root R --live names its files by their path inside"""
        self.put_with_actor()
        user = self.inside(self.root, "code", LIBRARY)
        self.stale(user)
        tree = self.copy_of_its_own()
        self.unaffected(self.inside(tree, "code", LIBRARY))
        self.put(2)
        one = self.check()[user.pid]
        self.assertEqual(([file["path"] for file in one["files"]], one["root"]), ([LIBRARY], str(self.root)))

    def test_row_installed_into_root(self):
        """--root install, used from outside of the root"""
        self.put(1)
        user = self.uses_library()
        self.stale(user)
        self.put(2)
        one = self.check()[user.pid]
        self.assertEqual(([file["path"] for file in one["files"]], one.get("root")), ([LIBRARY], None))

    def test_row_pid_namespace(self):
        """another pid namespace"""
        self.put(1)
        kinds = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        spaces.need_unshare(*kinds[1:])
        user = self.uses_library(before=kinds)
        self.stale(user, pid=spaces.only_child(user.pid))
        fresh = self.act(before=kinds)
        self.unaffected(spaces.only_child(fresh.pid))
        self.put(2)
        self.check()

    def test_row_user_namespace(self):
        """process inside a user namespace"""
        spaces.need_unshare("--user", "--map-root-user")
        self.put(1)
        self.stale(self.uses_library(before=["unshare", "--user", "--map-root-user", "--mount"]))
        self.stale(self.uses_library(before=[*self.as_user(), "unshare", "--user", "--map-root-user"]))
        self.put(2)
        self.unaffected(self.uses_library(before=["unshare", "--user", "--map-root-user"]))
        self.check()

    def test_row_library_bound_over(self):
        """library that a bind mount in the process's namespace hides"""
        need_mounts()
        other = "/usr/lib/other.so"
        self.put(1)
        self.minipkg.install(self.pack("other", "1.0-1", {other: content("o")}))
        over = spaces.in_new_mounts(line("mount", "--bind", self.installed(other), self.installed()))
        self.unaffected(self.uses_library(before=over))
        self.witness()
        self.put(2)
        self.check("--files")
