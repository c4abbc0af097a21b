# SPDX-License-Identifier: MIT
"""Rules of replacing and removing that only show on a real root."""
import os
import subprocess

from support.live import LiveTest
from support.minipkg import HardLink, SymbolicLink, pack


class Rules(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()

    def package(self, name, version, files):
        directory = self.scratch / f"{name}-{version}"
        directory.mkdir()
        return pack(directory, name, version, files)

    def test_another_users_link_does_not_steer_a_removal(self):
        (self.root / "etc").mkdir()
        (self.root / "etc/shadow").write_text("precious")
        self.minipkg.install(self.package("w", "1-1", {"/srv/u/data/shadow": b"x"}))
        os.chown(self.root / "srv/u", 1000, 1000)
        (self.root / "srv/u/data").rename(self.root / "srv/u/away")
        os.symlink("/etc", self.root / "srv/u/data")
        os.lchown(self.root / "srv/u/data", 1000, 1000)
        self.assertIn("srv/u/data", self.minipkg.run("remove", "w", status=3).stderr)
        self.assertEqual((self.root / "etc/shadow").read_text(), "precious")

    def test_a_link_that_becomes_a_directory_takes_its_files_along(self):
        self.minipkg.install(self.package("a", "1-1", {"/e/own": b"1", "/d": SymbolicLink("e")}),
                             self.package("b", "1-1", {"/f": b"1"}))
        self.minipkg.install(self.package("a", "2-1", {"/e/own": b"1", "/d/x": b"2"}))
        self.assertFalse((self.root / "d").is_symlink())
        self.assertEqual((self.root / "d/x").read_bytes(), b"2")
        self.assertFalse((self.root / "e/x").exists())
        self.minipkg.run("verify")

    def test_a_link_stays_while_others_go_through_it(self):
        self.minipkg.install(self.package("a", "1-1", {"/e/own": b"1", "/d": SymbolicLink("e")}))
        self.minipkg.install(self.package("b", "1-1", {"/d/x": b"1"}))
        self.assertIn("'b'", self.minipkg.run("remove", "a", status=3).stderr)
        self.minipkg.run("verify")
        self.minipkg.run("remove", "a", "b")
        self.assertFalse((self.root / "e").exists())

    def test_two_packages_change_a_link_into_a_directory_together(self):
        self.minipkg.install(self.package("a", "1-1", {"/e/own": b"1", "/d": SymbolicLink("e")}))
        self.minipkg.install(self.package("b", "1-1", {"/d/x": b"1"}))
        self.minipkg.install(self.package("a", "2-1", {"/e/own": b"1", "/d/own": b"1"}),
                             self.package("b", "2-1", {"/d/x": b"2"}))
        self.assertEqual((self.root / "d/x").read_bytes(), b"2")
        self.assertFalse((self.root / "d").is_symlink())
        self.minipkg.run("verify")

    def test_attributes_do_not_change_through_a_foreign_name(self):
        self.minipkg.install(self.package("c", "1-1", {"/c/a.so": b"same", "/c/b.so": HardLink("/c/a.so")}))
        self.minipkg.install(self.package("c", "2-1", {"/c/a.so": b"same", "/c/b": b"same"}))
        private = self.root / "private"
        os.link(self.root / "c/b", private)
        private.chmod(0o600)
        self.minipkg.install(self.package("c", "3-1", {"/c/a.so": b"same", "/c/b": b"same"}))
        self.assertEqual((private.stat().st_mode & 0o777, (self.root / "c/b").stat().st_mode & 0o777), (0o600, 0o644))

    def test_directories_of_a_tar_of_files_go_with_them(self):
        archive = self.scratch / "f-1-1.noarch.pkg.tar"
        (self.scratch / "opt/q/r").mkdir(parents=True)
        (self.scratch / "opt/q/r/f").write_text("x")
        subprocess.run(["tar", "-C", self.scratch, "-cf", archive, "opt/q/r/f"], check=True)
        self.minipkg.install(archive)
        self.minipkg.run("verify")
        self.minipkg.run("remove", "f")
        self.assertFalse((self.root / "opt").exists())

    def test_nobody_owns_what_is_minipkgs_own(self):
        self.minipkg.install(self.package("a", "1-1", {"/a": b"1"}))
        evil = self.package("evil", "1-1", {"/var/lib/minipkg/packages.db": b"x", "/.minipkg/x": b"x"})
        told = self.minipkg.run("install", "--overwrite", "*", evil, status=3).stderr
        self.assertIn("/var/lib/minipkg/packages.db", told)
        self.assertIn("/.minipkg/x", told)
