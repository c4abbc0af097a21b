# SPDX-License-Identifier: MIT
"""The matrix: names that are hard to read."""
import os
import shutil

from support.matrix import LIBRARY, MatrixTest, content


class Names(MatrixTest):
    def hold_and_replace(self, name):
        """A library of this name, and a program."""
        library = f"/usr/lib/{name}.so"
        self.minipkg.install(self.pack("odd", "1.0-1", {library: content(1)}))
        self.stale(self.act("code", self.installed(library), program=self.program(name)), package="odd")
        self.minipkg.install(self.pack("odd", "2.0-1", {library: content(2)}))
        self.unaffected(self.act("code", self.installed(library), program=self.program(name)))
        self.check()
        self.minipkg.run("needs-restart", status=1)

    def program(self, name):
        """Of this name."""
        target = self.scratch / f"program {name}"
        if not target.exists():
            shutil.copy(self.actor("-static"), target)
        return target

    def test_row_space_in_name(self):
        """name with spaces"""
        self.hold_and_replace("a library  of ours")

    def test_row_newline_in_name(self):
        """name with a newline and what looks like a mapping"""
        # No package may have such a file; a process may find it under such a name all the same.
        name = "a\n7f0000000000-7f0000001000 r-xp 00000000 fe:00 1 "
        self.put(1)
        link = self.scratch / f"{name}.so"
        os.link(self.installed(), link)
        self.stale(self.act("code", link, program=self.program(name)))
        self.put(2)
        self.unaffected(self.uses_library(program=self.program(name)))
        self.check()
        self.minipkg.run("needs-restart", status=1)

    def test_row_backslash_in_name(self):
        """name with a backslash"""
        self.hold_and_replace("a\\012b\\\\c")

    def test_row_not_utf8(self):
        """name that is not UTF-8"""
        self.hold_and_replace("a\udcff\udcfeb")

    def test_row_name_ends_in_deleted(self):
        """live file whose name really ends in " (deleted)\""""
        odd = f"{LIBRARY} (deleted)"
        self.minipkg.install(self.library_package(1), self.pack("odd", "1.0-1", {odd: content("o")}))
        self.unaffected(self.act("code", self.installed(odd)))
        self.witness()
        self.put(2)
        self.check("--files")

    def test_row_name_ends_in_deleted_and_is(self):
        """file whose name ends in " (deleted)", replaced"""
        odd = f"{LIBRARY} (deleted)"
        self.minipkg.install(self.library_package(1), self.pack("odd", "1.0-1", {odd: content("o")}))
        self.stale(self.act("code", self.installed(odd)), package="odd")
        self.unaffected(self.uses_library())
        self.minipkg.install(self.pack("odd", "2.0-1", {odd: content("p")}))
        self.check()
