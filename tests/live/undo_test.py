# SPDX-License-Identifier: MIT
"""The way back: undo, rollback, and what is kept for them."""
import json
import os
import pathlib
import shutil
import sqlite3
import stat

from faults import pair, snapshot
from support.live import LiveTest
from support.minipkg import HardLink, SymbolicLink

CAPABILITY = "security.capability"


class WayBack(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()

    def tree(self):
        """The root as a value. The undo store gives old inodes further names, and directories change when names in
        them come and go: neither is compared."""
        tree = snapshot.snapshot(self.root)
        for seen in tree.values():
            seen.pop("links", None)
            if seen["kind"] == stat.S_IFDIR:
                seen["time"] = 0
        return {path: seen for path, seen in tree.items() if not path.startswith("var")}

    def history(self):
        entries = json.loads(self.minipkg.run("history", "--json").stdout)["transactions"]
        return {entry["transaction"]: entry for entry in entries}

    def kept_files(self, transaction):
        store = self.root / ".minipkg" / self.history()[transaction]["id"]
        return [path for path in store.rglob("*") if path.is_file()] if store.exists() else []

    def versions(self, count, name="app", **more):
        return [self.pack(name, f"{n}-1", {"/opt/app/data": b"%d\n" % n, "/opt/app/bin/run": b"run %d\n" % n,
                                           **{path: text % n if b"%" in text else text for path, text in more.items()}})
                for n in range(1, count + 1)]

    def test_undo_and_undo_of_the_undo_bring_back_every_kind_of_path(self):
        old, new = pair.packages(self.scratch)
        self.minipkg.run("install", "--allow-special", old)
        before = self.tree()
        self.minipkg.run("install", "--allow-special", new)
        after = self.tree()
        for expected, version in ((before, "1-1"), (after, "2-1"), (before, "1-1")):
            self.minipkg.run("undo")
            self.assertEqual(snapshot.differences(expected, self.tree()), [])
            self.assertEqual(self.minipkg.run("list").stdout, f"app\t{version}\tnoarch\n")
            self.minipkg.run("verify")

    def test_the_same_inode_returns_and_its_process_is_not_stale_any_more(self):
        caller = self.program_with_library("caller.c")
        first, second = [self.pack("libtest", f"{n}-1", {"/usr/lib/libtest.so": self.library(n)}) for n in (1, 2)]
        self.minipkg.install(first, self.pack("caller", "1-1", {"/usr/bin/caller": caller}))
        library = self.root / "usr/lib/libtest.so"
        inode = library.stat().st_ino
        process = self.start(self.root / "usr/bin/caller")
        self.assertEqual(process.ask(1), "1")
        self.minipkg.install(second)
        self.assertStale(self.minipkg.needs_restart(), (process, "libtest", "1-1", "2-1", "code"))
        newer = self.start(self.root / "usr/bin/caller")
        self.assertEqual(newer.ask(1), "2")
        self.minipkg.run("undo")
        self.assertEqual(library.stat().st_ino, inode)
        self.assertStale(self.minipkg.needs_restart(), (newer, "libtest", "2-1", "1-1", "code"))
        self.minipkg.run("undo")
        self.assertStale(self.minipkg.needs_restart(), (process, "libtest", "1-1", "2-1", "code"))

    def test_kept_inodes_that_nobody_runs_are_not_looked_for(self):
        first, second = [self.pack("libtest", f"{n}-1", {"/usr/lib/libtest.so": self.library(n)}) for n in (1, 2)]
        self.minipkg.install(first)
        self.minipkg.install(second)
        report = self.minipkg.needs_restart()
        self.assertEqual((report["retired"], report["alive"], report["scanned"]), (1, 0, 0))
        self.assertEqual(len(self.kept_files(2)), 1)

    def test_an_older_transaction_is_undone_only_if_nothing_came_after_it(self):
        one, two = self.versions(2)
        other = self.pack("other", "1-1", {"/opt/other": b"other"})
        for package in (one, other, two):
            self.minipkg.install(package)
        self.minipkg.run("undo", "2")
        self.assertFalse((self.root / "opt/other").exists())
        told = self.minipkg.run("undo", "1", status=3).stderr
        self.assertIn("cannot undo '1': transaction 3 changed 'app' after it", told)
        self.assertIn("minipkg rollback 0", told)
        self.minipkg.run("undo", "7", status=3)

    def test_rollback_goes_over_several_transactions_at_once(self):
        packages = self.versions(4)
        trees = []
        for package in packages:
            self.minipkg.install(package)
            trees.append(self.tree())
        self.minipkg.install(self.pack("other", "1-1", {"/opt/other": b"other"}))
        self.minipkg.run("remove", "app")
        self.minipkg.run("rollback", "2")
        self.assertEqual(snapshot.differences(trees[1], self.tree()), [])
        self.assertEqual(self.minipkg.run("list").stdout, "app\t2-1\tnoarch\n")
        self.minipkg.run("verify")
        self.minipkg.run("rollback", "0")
        self.assertEqual(self.minipkg.run("list").stdout, "")
        self.assertFalse((self.root / "opt").exists())
        self.minipkg.run("undo")
        self.assertEqual(snapshot.differences(trees[1], self.tree()), [])
        self.assertEqual(self.minipkg.run("rollback", "9").stdout, "Nothing to do\n")
        self.minipkg.run("rollback", "99", status=3)

    def test_an_edit_that_undo_would_lose_is_kept_aside_and_named(self):
        for package in self.versions(2, **{"/etc/app.conf": b"%d"}):
            self.minipkg.install(package)
        (self.root / "etc/app.conf").write_text("mine")
        told = self.minipkg.run("undo").stdout
        self.assertIn("/etc/app.conf was edited; kept as /etc/app.conf.minipkg-save", told)
        self.assertEqual((self.root / "etc/app.conf").read_text(), "1")
        self.assertEqual((self.root / "etc/app.conf.minipkg-save").read_text(), "mine")

    def test_an_edited_file_returns_as_it_was_edited(self):
        one, two = self.versions(2, **{"/etc/app.conf": b"%d"})
        self.minipkg.install(one)
        (self.root / "etc/app.conf").write_text("mine")
        self.minipkg.install(two)
        self.minipkg.run("undo")
        self.assertEqual((self.root / "etc/app.conf").read_text(), "mine")
        self.assertIn("/etc/app.conf", self.minipkg.run("verify", status=1).stdout)
        # It still counts as edited: the next upgrade keeps it aside again.
        self.assertIn("was edited", self.minipkg.run("install", two).stdout)

    def test_what_no_version_changed_is_left_alone(self):
        one, two = self.versions(2, **{"/etc/same": b"always", "/etc/lost": b"%d"})
        self.minipkg.install(one)
        (self.root / "etc/lost").unlink()
        self.minipkg.install(two)
        (self.root / "etc/same").write_text("edited since")
        self.minipkg.run("undo")
        self.assertEqual((self.root / "etc/same").read_text(), "edited since")
        # It was missing before that transaction, so it is missing again.
        self.assertFalse((self.root / "etc/lost").exists())

    def test_privileges_are_taken_off_what_is_kept_and_come_back(self):
        old, new = pair.packages(self.scratch)
        setuid = [pair.write_tar(f"{self.scratch}/su-{n}-1.noarch.pkg.tar",
                                 {"usr": pair.directory(), "usr/su": pair.file(b"%d" % n, 0o4755)}, n) for n in (1, 2)]
        self.minipkg.run("install", "--allow-special", old, setuid[0])
        program, with_caps = self.root / "usr/su", self.root / "opt/app/xattrs"
        with_caps.chmod(0o755)
        stray = self.root / "stray"
        os.link(program, stray)  # as a user may who waits for a hole
        self.minipkg.run("install", "--allow-special", new, setuid[1])
        self.assertEqual(stat.S_IMODE(stray.stat().st_mode), 0o755)
        kept = self.kept_files(2)
        self.assertGreater(len(kept), 10)
        for path in kept:
            self.assertEqual(path.stat().st_mode & 0o6000, 0, path)
            self.assertNotIn(CAPABILITY, os.listxattr(path))
        self.minipkg.run("undo")
        self.assertEqual(stat.S_IMODE(program.stat().st_mode), 0o4755)
        self.assertEqual(os.getxattr(with_caps, CAPABILITY), pair.CAPABILITY)

    def test_an_undo_that_fails_takes_the_privileges_off_again(self):
        packages = [pair.write_tar(f"{self.scratch}/su-{n}-1.noarch.pkg.tar",
                                   {"usr": pair.directory(), "usr/su": pair.file(b"%d" % n, 0o4755)}, n)
                    for n in (1, 2)]
        for package in packages:
            self.minipkg.run("install", "--allow-special", package)
        tree = self.tree()
        # Somebody reads packages.db for ever: refused after staging, before any visible change.
        reader = sqlite3.connect(self.root / "var/lib/minipkg/packages.db")
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM package").fetchone()
        self.minipkg.run("undo", status=7)
        self.assertEqual(tree, self.tree())
        self.assertEqual([path.stat().st_mode & 0o6000 for path in self.kept_files(2)], [0])

    def test_prune_gives_up_the_oldest(self):
        for package in self.versions(4):
            self.minipkg.install(package)
        self.assertEqual([n for n, entry in self.history().items() if entry["kept"]], [4, 3, 2, 1])
        self.assertGreater(self.history()[2]["kept_bytes"], 0)
        self.assertEqual(self.minipkg.run("history", "prune", "--keep", "3", "-n").stdout, "1\t0 B\n")
        self.minipkg.run("history", "prune", "--keep", "2")
        self.assertEqual([n for n, entry in self.history().items() if entry["kept"]], [4, 3])
        self.assertEqual(len(list((self.root / ".minipkg").iterdir())), 2)
        self.minipkg.run("rollback", "2")
        self.assertIn("not kept any more", self.minipkg.run("rollback", "1", status=3).stderr)
        self.minipkg.run("history", "prune", "--older", "1h")
        self.assertTrue(self.history()[4]["kept"])
        self.minipkg.run("history", "prune", "--max-size", "0B")
        self.assertFalse((self.root / ".minipkg").exists())
        self.assertIn("not kept any more", self.minipkg.run("undo", status=3).stderr)
        self.minipkg.run("history", "prune", status=2)

    def test_by_default_ten_transactions_are_kept(self):
        for package in self.versions(12):
            self.minipkg.install(package)
        self.assertEqual([n for n, entry in self.history().items() if entry["kept"]], list(range(12, 2, -1)))
        self.assertEqual(len(list((self.root / ".minipkg").iterdir())), 10)

    def test_an_offline_root_has_no_way_back(self):
        self.minipkg.run("history", "prune", "--keep", "0")
        package = self.versions(1)[0]
        self.minipkg.install(package)
        self.minipkg.run("remove", "app")
        shutil.rmtree(self.root / "var")
        shutil.rmtree(self.root / ".minipkg")
        self.minipkg.liveness = "--offline"
        self.minipkg.install(package)
        self.assertFalse((self.root / ".minipkg").exists())
        self.assertIn("an offline root keeps no history", self.minipkg.run("undo", status=3).stderr)

    def test_old_inodes_taken_out_of_the_store_are_missed_before_anything_changes(self):
        for package in self.versions(2):
            self.minipkg.install(package)
        self.kept_files(2)[0].unlink()
        before = self.tree()
        self.assertIn("was taken out of '/.minipkg'", self.minipkg.run("undo", status=3).stderr)
        self.assertEqual(before, self.tree())

    def test_a_file_that_another_package_took_over_as_it_was_stays(self):
        old = self.pack("app", "1-1", {"/opt/moved": b"same", "/opt/app": b"1"})
        new = self.pack("app", "2-1", {"/opt/app": b"2"})
        self.minipkg.install(old)
        self.minipkg.install(new, self.pack("other", "1-1", {"/opt/moved": b"same"}))
        self.minipkg.run("undo")
        self.assertEqual((self.root / "opt/moved").read_text(), "same")
        self.minipkg.run("verify")

    def test_an_edit_that_the_next_version_brought_too_survives_the_undo(self):
        one, two = self.versions(2, **{"/etc/app.conf": b"%d"})
        self.minipkg.install(one)
        (self.root / "etc/app.conf").write_text("2")  # as version 2 has it
        self.minipkg.install(two)
        self.minipkg.run("undo")
        self.assertEqual((self.root / "etc/app.conf").read_text(), "2")

    def test_a_file_that_was_missing_does_not_return_as_that_of_a_version_between(self):
        packages = [self.pack("app", f"{n}-1", {"/etc/lost": b"%d" % n, "/etc/app": b"app"}) for n in (1, 2, 3)]
        self.minipkg.install(packages[0])
        (self.root / "etc/lost").unlink()
        for package in packages[1:]:
            self.minipkg.install(package)
        self.minipkg.run("rollback", "1")
        self.assertEqual(os.listdir(self.root / "etc"), ["app"])

    def test_files_of_a_directory_that_became_a_symlink_return_as_they_were(self):
        self.minipkg.install(self.pack("app", "1-1", {"/opt/d/file": b"of d", "/opt/e/file": b"of e"}))
        self.minipkg.install(self.pack("app", "2-1", {"/opt/d": SymbolicLink("e"), "/opt/e/file": b"newer"}))
        self.minipkg.run("undo")
        self.assertEqual((self.root / "opt/d/file").read_text(), "of d")
        self.assertEqual((self.root / "opt/e/file").read_text(), "of e")
        self.minipkg.run("verify")

    def test_a_symlink_below_one_that_becomes_a_directory_is_not_taken_for_another(self):
        self.minipkg.install(self.pack("app", "1-1", {"/opt/a/x": SymbolicLink(".."), "/opt/a/z": b"z"}))
        before = self.tree()
        self.minipkg.install(self.pack("app", "2-1", {"/opt/a/x/a": SymbolicLink("t"), "/opt/a/z": b"z"}))
        self.assertEqual(os.readlink(self.root / "opt/a/x/a"), "t")
        self.minipkg.run("verify")
        self.minipkg.run("undo")
        self.assertEqual(snapshot.differences(before, self.tree()), [])

    def test_a_hard_link_returns_although_its_first_name_was_deleted(self):
        self.minipkg.install(self.pack("app", "1-1", {"/opt/a": b"a", "/opt/b": HardLink("/opt/a")}))
        two = self.pack("app", "2-1", {"/opt/a": b"a"})
        for deleted_after_upgrade in (True, False):
            if not deleted_after_upgrade:
                (self.root / "opt/a").unlink()
            self.minipkg.install(two)
            if deleted_after_upgrade:
                (self.root / "opt/a").unlink()
            self.minipkg.run("undo")
            self.assertTrue((self.root / "opt/a").samefile(self.root / "opt/b"))
            self.minipkg.run("verify")

    def test_who_discards_the_state_keeps_no_old_files(self):
        packages = self.versions(3)
        for package in packages[:2]:
            self.minipkg.install(package)
        self.assertNotEqual(self.kept_files(2), [])
        self.minipkg.liveness = "--offline"
        for refused in (("remove", "unknown"), ("undo",)):
            self.minipkg.run("--discard-state", *refused, status=3)
        self.assertNotEqual(self.kept_files(2), [])
        self.minipkg.run("--discard-state", "install", packages[2])
        self.assertFalse((self.root / ".minipkg").exists())

    def test_a_state_of_the_first_schema_is_read_before_a_writer_migrates_it(self):
        one, two = self.versions(2)
        self.minipkg.install(one)
        self.become_first_schema(self.root / "var/lib/minipkg/state.db")
        self.assertEqual(self.minipkg.run("list").stdout, "app\t1-1\tnoarch\n")
        self.assertEqual([entry["kept"] for entry in self.history().values()], [False])
        self.minipkg.run("install", "-n", two)
        self.assertIn("not kept any more", self.minipkg.run("undo", "-n", status=3).stderr)
        self.minipkg.install(two)
        self.minipkg.run("undo")
        self.minipkg.run("verify")

    def become_first_schema(self, file):
        """As the first minipkg would have written it: its own tables, with what they know of the rows."""
        schema = pathlib.Path(__file__).resolve().parents[2] / "db/state/0001_state.sql"
        first = sqlite3.connect(file.with_name("first"))
        first.executescript(schema.read_text())
        first.execute("ATTACH ? AS newest", [str(file)])
        for table in ("meta", "directory", "identity", "history", "history_package", "journal_place", "retired"):
            columns = ", ".join(row[1] for row in first.execute(f"PRAGMA main.table_info({table})"))
            first.execute(f"INSERT INTO main.{table} SELECT {columns} FROM newest.{table}")
        first.commit()
        first.close()
        file.with_name("first").rename(file)

    def test_a_refused_undo_leaves_no_trace(self):
        self.minipkg.run("undo", status=3)
        self.minipkg.run("rollback", "3", status=3)
        self.assertEqual(list(self.root.iterdir()), [])

    def test_who_may_not_look_at_the_kept_files_is_told_so(self):
        for package in self.versions(2):
            self.minipkg.install(package)
        self.minipkg.prefix = ["setpriv", "--reuid", "65534", "--clear-groups"]
        self.assertIn("Permission denied", self.minipkg.run("undo", "-n", status=8).stderr)


if __name__ == "__main__":
    import unittest
    unittest.main()
