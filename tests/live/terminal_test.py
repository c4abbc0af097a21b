# SPDX-License-Identifier: MIT
"""No name of anybody's reaches the terminal raw: every command and every form of answer over a package, a root and
processes whose every string is hostile."""
import fcntl
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tarfile

from support import live
from support.minipkg import program
from support.terminal import unprintable

# An override, an isolate, C1's CSI, a byte order mark, a tag, a line separator, a zero width space, an Arabic letter
# mark, two variation selectors, a letter that is blank.
FORMATS = "a\u202ec\u2066d\u009b31me\ufefff\U000e0041g\u2028h\u200bi\u061cj\ufe0fk\U000e0100l\u3164"
CONTROLS = FORMATS + "\033]0;title\007\b\r\x7f\n\033[2Jz"
BYTES = FORMATS.encode() + b"\xff\x9b"  # what a path may have besides: bytes that are no UTF-8
PATH = os.fsdecode(BYTES)
FORMS = ([], ["-v"], ["--json"], ["--progress", "always"], ["--color", "always"], ["-n"], ["-q"])
RESTART_FORMS = ("table", "json", "pids", "units", "user-units", "batch", "nagios", "openmetrics")


class Terminal(live.LiveTest):
    def setUp(self):
        super().setUp()
        self.seen = 0
        self.statuses = set()

    def look(self, *words, root=None, input=None, forms=FORMS):
        """Runs it in each form, and looks at every byte that comes out."""
        for form in forms:
            self.look_once(*words, *form, root=root, input=input)

    def look_once(self, *words, root=None, input=None, env=None):
        command = [program(), "--sync", "none", "--root", root or self.root, *words]
        stdin = {"input": input} if input is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run([os.fsencode(str(word)) for word in command], capture_output=True, timeout=120, **stdin,
                              env={**os.environ, **(env or {})})
        for stream in (done.stdout, done.stderr):
            offence = unprintable(stream, "always" in words and "--color" in words, "--progress" in words)
            self.assertEqual(offence, "", f"{words}: {offence}")
            self.assertNotIn(b"Sanitizer", stream)
            self.seen += len(stream)
        self.statuses.add(done.returncode)
        return done

    def native(self, name, version, paths, **manifest):
        """A package of our own format with hostile words in its manifest, as far as they are allowed."""
        tree = self.scratch / f"{name}-tree"
        shutil.rmtree(tree, ignore_errors=True)
        for path, data in paths.items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return tree, dict(name=name, version=version, arch="noarch" + FORMATS, **manifest)

    def build(self, name, version, paths):
        texts = {key: CONTROLS for key in ("summary", "description", "license", "homepage", "maintainer")}
        tree, manifest = self.native(name, version + FORMATS, paths, **texts)
        os.symlink(PATH + "\033[31m", tree / "opt" / f"link{PATH}")
        os.setxattr(tree / "opt" / PATH / PATH, b"user." + FORMATS.encode(), b"\033")
        words = self.scratch / "manifest.json"
        words.write_text(json.dumps(manifest))
        package = self.scratch / f"{PATH}{name}.pkg.tar"
        self.look_once("build", tree, "-o", package, "--manifest", words, "--json")
        done = self.look_once("build", tree, "-o", package, "--manifest", words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return package

    def bare(self, name, members):
        """A tar that nobody wrote a manifest for."""
        package = self.scratch / name
        with tarfile.open(package, "w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape") as tar:
            for path, more in members:
                member = tarfile.TarInfo(path)
                data = more.pop("data", b"")
                member.size = len(data)
                for key, value in more.items():
                    setattr(member, key, value)
                tar.addfile(member, io.BytesIO(data))
        return package

    def test_packages(self):
        one = self.build("one", "1", {f"opt/{PATH}/{PATH}": b"1", "opt/conf": b"1", f"opt/gone{PATH}": b"1"})
        two = self.build("one", "2", {f"opt/{PATH}/{PATH}": b"2", "opt/conf": b"2", f"opt/new{PATH}": b"2"})
        (self.root / "opt" / PATH).mkdir(parents=True)
        (self.root / "opt" / PATH / PATH).write_text("theirs")
        self.look("inspect", one)
        self.look("install", one)  # a conflict with what nobody owns
        self.look_once("--live", "install", "-v", "--progress", "always", one, "--overwrite", "/*")
        self.assertEqual(self.look_once("list").stdout.count(b"\n"), 1)
        self.queries("one", FORMS)
        (self.root / "opt" / PATH / PATH).write_text("edited\033")
        os.chown(self.root / "opt" / PATH / PATH, 4242, 4242)
        self.queries("one")
        other = self.build("two", "1", {f"opt/{PATH}/{PATH}": b"other"})
        self.look("install", other)  # a conflict of packages
        self.look("install", two, "-n")
        self.look_once("install", "-v", two)
        self.queries("one")
        self.look("undo", "-n")
        self.look_once("undo", "-v")
        self.look("rollback", "1", "-n")
        self.look("history", "prune", "--keep", "0", "-n")
        self.look("remove", "one", "-n")
        self.look_once("remove", "one", "-v", "--color", "always")
        self.look("history")
        self.assertGreater(self.seen, 20000)

    def queries(self, name, forms=([], ["--json"])):
        for words in (["list"], ["list", PATH], ["info", name], ["files", name], ["verify"], ["verify", name], ["history"],
                      ["history", "show", "1"], ["owner", f"/opt/{PATH}/{PATH}"], ["owner", f"/opt/none{PATH}"],
                      ["recover"], ["needs-restart"]):
            self.look(*words, forms=forms)

    def test_errors(self):
        """Whatever is not understood is not shown raw either."""
        hostile = CONTROLS + PATH
        empty = self.scratch / f"{PATH}.pkg.tar"
        empty.write_bytes(b"")
        garbage = self.scratch / f"{CONTROLS.replace('/', '')}-1.noarch.pkg.tar.gz"
        garbage.write_bytes(b"\x1f\x8b" + CONTROLS.encode() * 99)
        for words in ([hostile], ["list", "--" + hostile], ["install", hostile], ["install", "./" + hostile], ["install", empty],
                      ["install", garbage], ["inspect", garbage], ["files", garbage], ["info", hostile], ["files", hostile],
                      ["owner", hostile], ["remove", hostile], ["verify", hostile], ["history", "show", hostile],
                      ["rollback", hostile], ["undo", hostile], ["build", hostile, "-o", hostile],
                      ["build", self.scratch, "-o", self.scratch / PATH, "--name", hostile, "--version", hostile],
                      ["build", self.scratch, "-o", f"/nowhere/{hostile}.pkg.tar", "--name", "a", "--version", "1", "--arch", "b"],
                      ["build", self.scratch, "-o", self.scratch / "x.pkg.tar", "--manifest", garbage],
                      ["--sync", hostile, "list"], ["--lock-wait", hostile, "list"], ["--color", hostile, "list"],
                      ["needs-restart", "--format", hostile], ["needs-restart", "--pkg", hostile],
                      ["needs-restart", "--unit", hostile], ["needs-restart", "--user", hostile],
                      ["needs-restart", "--pid", hostile], ["restart", "--unit", hostile, "-n"],
                      ["install", empty, "--backup-unowned", hostile], ["install", empty, "--overwrite", hostile]):
            self.look_once(*words)
            self.look_once("--json", *words, root=str(self.scratch / CONTROLS.replace("/", "")))
        self.look("install", "-", input=garbage.read_bytes())
        self.assertNotIn(10, self.statuses)

    def test_environment(self):
        """What the caller's environment says, and where he stands."""
        package = self.bare("one-1.noarch.pkg.tar", [("opt/one", dict(data=b"1"))])
        self.look_once("--live", "install", package)
        for name in ("TZ", "COLUMNS", "SOURCE_DATE_EPOCH", "NO_COLOR", "LC_ALL", "TERM", "HOME"):
            for words in (["history"], ["list"], ["needs-restart"], ["history", "prune", "--older", "1d", "-n"],
                          ["build", self.scratch, "-o", self.scratch / "x.pkg.tar", "--name", "a", "--version", "1",
                           "--arch", "b", "-n"]):
                self.look_once(*words, env={name: CONTROLS + PATH})

    def test_keys(self):
        """Names, comments and files of keys and signatures."""
        package = self.bare("one-1.noarch.pkg.tar", [("opt/one", dict(data=b"1"))])
        secret, public = self.scratch / f"{PATH}.key", self.scratch / f"{PATH}.pub"
        self.look_once("key", "generate", secret, "-p", public, "--no-password")
        signed = self.look_once("sign", package, "-s", secret, "-c", FORMATS, "-t", FORMATS)
        self.assertEqual(signed.returncode, 0, signed.stderr)
        for word in (FORMATS, CONTROLS, PATH):
            self.look_once("sign", package, "-s", secret, "-t", word, "-x", self.scratch / "other.minisig")
            self.look_once("key", "add", public, "--name", word)
            self.look_once("key", "add", public, "--expires", word)
            for verb in ("add", "remove", "revoke", "policy", "generate"):
                self.look("key", verb, word, forms=([], ["--json"]))
            for option in ("--keys", "--public-key", "--signature", "--limit"):
                self.look_once("verify-package", package, option, word)
            for option in ("--keys", "--policy", "--sha256", "--signature"):
                self.look_once("install", package, option, word, "-n")
            self.look_once("sign", package, "-s", word)
        self.look_once("key", "add", public, "--name", "vendor")
        self.look_once("key", "policy", "signature")
        keys = self.root / "etc/minipkg/keys"
        for form in ([], ["-v"], ["--json"]):
            self.look_once("key", "list", *form)
            self.look_once("verify-package", package, "--keys", keys, *form)
            self.look_once("verify-package", package, "--public-key", public, *form)
        self.assertIn("signature", json.loads(self.look_once("key", "policy", "--json").stdout).get("policy", ""))
        self.assertEqual(self.look_once("--live", "install", "-v", package).returncode, 0)
        comment = b"untrusted comment: " + CONTROLS.replace("\n", "").encode()
        (keys / f"{PATH}.pub").write_bytes(comment + b"\n" + BYTES + b"\n")
        for words in (["key", "list"], ["key", "remove", "vendor"], ["install", package], ["verify-package", package]):
            self.look(*words)
        shutil.copy(package, self.scratch / "two.pkg.tar")
        (self.scratch / "two.pkg.tar.minisig").write_bytes(CONTROLS.encode() * 4)
        self.look("verify-package", self.scratch / "two.pkg.tar", "--public-key", public)

    def test_hostile_databases(self):
        """Rows that somebody else wrote, in every column that is ever shown."""
        tree = self.scratch / "tree"
        (tree / "opt").mkdir(parents=True)
        for version in "12":
            (tree / "opt/one").write_text(version)
            package = self.scratch / f"{version}.pkg.tar"
            self.look_once("build", tree, "-o", package, "--name", "one", "--version", version, "--arch", "noarch")
            self.look_once("--live", "install", package)
        where = self.root / "var/lib/minipkg"
        good = {name: (where / name).read_bytes() for name in ("packages.db", "state.db")}
        rows = [("packages.db", table, column) for table, columns in (
                    ("package", "name version version_scheme arch manifest"), ("owner", "user_name group_name"),
                    ("directory", "path"), ("file", "name target extra"), ("meta", "value"))
                for column in columns.split()]
        rows += [("state.db", table, column) for table, columns in (
                    ("history", "id command"), ("history_package", "name from_version to_version arch"),
                    ("journal_place", "top"), ("journal_step", "name save_as"), ("directory", "path"),
                    ("retired", "path place package version boot_id"), ("undo_package", "name manifest"),
                    ("undo_file", "path package"), ("meta", "value")) for column in columns.split()]
        readers = {"packages.db": (["list"], ["info", "one"], ["files", "one"], ["verify"], ["owner", "/opt/one"],
                                   ["remove", "one", "-n"]),
                   "state.db": (["history"], ["history", "show", "2"], ["history", "show", "1", "--json"], ["undo", "-n"],
                                ["verify"], ["needs-restart"])}
        for name, table, column in rows:
            slash = "/" if column in ("path", "top", "place", "save_as") else ""
            for value in (slash + FORMATS, slash + CONTROLS.replace("/", "")):
                for file, content in good.items():
                    (where / file).write_bytes(content)
                with sqlite3.connect(where / name) as database:
                    database.execute("PRAGMA foreign_keys = OFF")
                    value = value.encode() if column == "command" else value
                    database.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
                database.close()
                for words in readers[name]:
                    self.look_once(*words)
        self.assertNotIn(10, self.statuses)

    def test_hostile_archives(self):
        """Refusals name members; what is refused is escaped as well."""
        for number, member in enumerate((f"../{PATH}", f"/{CONTROLS}", f"a/{CONTROLS}", f"{PATH}/../../x", CONTROLS)):
            for more in ({}, dict(type=tarfile.SYMTYPE, linkname=CONTROLS), dict(type=tarfile.LNKTYPE, linkname=CONTROLS),
                         dict(uname=CONTROLS, gname=FORMATS, uid=7), dict(type=b"Z"),
                         dict(pax_headers={"SCHILY.xattr.user." + FORMATS: CONTROLS, "MINIPKG." + FORMATS: CONTROLS})):
                package = self.bare(f"{PATH}{number}-1.noarch.pkg.tar", [(member, dict(more))])
                self.look_once("inspect", package)
                self.look_once("--json", "install", package)
        self.assertIn(6, self.statuses)

    def test_signatures(self):
        """Keys, comments and signatures are anybody's words as well; a comment may hold all but a line's end."""
        comment = CONTROLS.replace("\n", "").replace("\r", "")
        secret = self.scratch / f"{PATH}.key"
        self.look_once("key", "generate", secret, "--no-password")
        public = self.scratch / f"{PATH}.pub"
        one = self.build("one", "1", {f"opt/{PATH}/{PATH}": b"1"})
        self.look_once("sign", one, "-s", secret, "-t", comment, "-c", comment)
        for form in FORMS:
            self.look_once("sign", one, "-s", secret, "-t", comment, *form)
        for words in (["key", "add", public], ["key", "add", public, "--name", CONTROLS], ["key", "add", one],
                      ["key", "list"], ["key", "policy"], ["key", "policy", "signature"], ["key", "policy", CONTROLS],
                      ["verify-package", one], ["verify-package", "-p", public, one],
                      ["verify-package", "-p", self.scratch / CONTROLS, one], ["install", "-n", one],
                      ["install", one, "--keys", self.scratch / CONTROLS], ["install", one, "--signature", CONTROLS],
                      ["install", one, "--sha256", CONTROLS], ["install", one, "--limit", CONTROLS],
                      ["key", "revoke", CONTROLS], ["key", "remove", CONTROLS], ["sign", CONTROLS, "-s", CONTROLS]):
            self.look(*words)
        keys = self.root / "etc/minipkg/keys"
        shutil.copy(public, keys / f"{PATH}.pub")  # a name that `key add` would not give
        self.assertIn(b"trusted", self.look_once("key", "list").stdout)
        self.look("key", "list")
        self.look("verify-package", one)
        self.look_once("--live", "install", "-v", one)
        signature = pathlib.Path(f"{one}.minisig")
        for broken in (signature.read_bytes().replace(b"trusted comment: a", b"trusted comment: b"), BYTES + b"\033\n"):
            signature.write_bytes(broken)
            self.look("verify-package", one)
            self.look("install", one, "--reinstall")
        (self.root / "etc/minipkg/policy").write_bytes(BYTES)
        self.look("key", "policy")
        (keys / f"{PATH}.pub").write_bytes(BYTES)
        self.look("key", "list")
        self.assertEqual({0, 2, 3, 6} - self.statuses, set())
        self.assertNotIn(10, self.statuses)

    def test_hostile_root(self):
        """Users, groups and a lock's holder, as somebody else wrote them down; a name of the root itself."""
        package = self.bare("one-1.noarch.pkg.tar", [("opt/one", dict(data=b"1", uname=FORMATS, gname=FORMATS))])
        root = self.scratch / CONTROLS.replace("/", "")
        (root / "etc").mkdir(parents=True)
        for name in ("passwd", "group"):
            (root / "etc" / name).write_bytes(FORMATS.encode() + b":x:4242:\n" + BYTES + b":x:4243:\n\033[31m:x:0:\n")
        self.look("--live", "install", package, root=str(root))
        os.chown(root / "opt/one", 4243, 4243)
        for words in (["verify"], ["info", "one"], ["files", "one", "-v"], ["history"], ["history", "show", "1"]):
            self.look(*words, root=str(root))
        with open(root / "var/lib/minipkg/lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write(f"pid {os.getpid()} ({CONTROLS})")
            lock.flush()
            self.assertEqual(self.look_once("remove", "one", root=str(root)).returncode, 7)

    def test_processes(self):
        """A process may call itself what it likes, stand where it likes and run what it likes."""
        self.need_root()
        tree = self.scratch / "sleeper"
        (tree / "opt").mkdir(parents=True)
        sleeper = f"opt/{PATH}"
        shutil.copy(shutil.which("sleep"), tree / sleeper)
        package = self.scratch / "sleeper.pkg.tar"
        self.look_once("build", tree, "-o", package, "--name", "sleeper", "--version", "1" + FORMATS, "--arch", "noarch")
        self.look_once("--live", "install", package)
        work = self.scratch / CONTROLS.replace("/", "")
        work.mkdir()
        running = subprocess.Popen([CONTROLS, "60"], executable=os.fsencode(self.root / sleeper), cwd=work,
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.look_once("remove", "sleeper")
        report = json.loads(self.look_once("needs-restart", "--json").stdout)
        self.assertEqual([process["pid"] for process in report["processes"]], [running.pid])
        for form in RESTART_FORMS:
            self.look_once("needs-restart", "--format", form)
            self.look_once("needs-restart", "--format", form, "-v", "--color", "always")
        for words in (["-v"], ["--files"], ["-p"], ["-s"], ["-r"], ["--user-units"], ["--pkg", "sleeper"]):
            self.look_once("needs-restart", *words)
        self.look("restart", "-n")


if __name__ == "__main__":
    import unittest
    unittest.main()
