# SPDX-License-Identifier: MIT
"""Interpreters whose script or modules were replaced. They read their files once and let them go, so what they were
told to run and when they began must tell; shells hold theirs."""
import collections
import ctypes
import os
import pathlib
import re
import sqlite3
import subprocess
import time

from support.live import LiveTest
from support.minipkg import SymbolicLink
from support.trace import under_strace

# Program, and a script of it that says "ready" and waits. "%d" makes versions differ.
SHELL = "echo ready\n: %d\nread line\n"
PYTHON = "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nx = %d\n"
PERL = "$| = 1;\nprint \"ready\\n\";\nmy $line = <STDIN>;\nmy $x = %d;\n"
RUBY = "$stdout.sync = true\nputs 'ready'\n$stdin.gets\nx = %d\n"
NODE = "console.log('ready'); setInterval(() => {}, 1e6); const x = %d;\n"
KINDS = {"dash": ("/bin/dash", SHELL, "confirmed"), "bash": ("/bin/bash", SHELL, "confirmed"),
         "zsh": ("/bin/zsh", SHELL, "confirmed"), "python": ("/usr/bin/python3", PYTHON, "likely"),
         "perl": ("/usr/bin/perl", PERL, "likely"), "ruby": ("/usr/bin/ruby", RUBY, "likely"),
         "node": ("/usr/bin/node", NODE, "likely")}
PYTHON3 = "/usr/bin/python3"
TOOL = "/opt/tool/main.py"


class ScriptTest(LiveTest):
    def setUp(self):
        super().setUp()
        self.need_root()

    def began(self, *command, heard="ready", **options):
        """A process that has read its script, some ticks of the kernel's clock before whatever comes next."""
        process = self.start(*command, **options)
        self.assertEqual(process.heard(), heard)
        time.sleep(0.03)
        return process

    def tool(self, number, path=TOOL, content=PYTHON, **others):
        files = {path: content.encode() % number}
        return self.pack("tool", f"{number}.0-1", {**files, **others})

    def install_tool(self):
        self.minipkg.install(self.tool(1))
        return self.root / TOOL.lstrip("/")

    def found(self, *arguments):
        return sorted((process["pid"], file["path"], file["use"], file["certainty"], file["old_version"])
                      for process in self.minipkg.needs_restart(*arguments)["processes"] for file in process["files"])

    def assertOld(self, *expected, path=TOOL, use="script", certainty="likely", version="1.0-1"):
        self.assertEqual(self.found(), sorted((p.pid, path, use, certainty, version) for p in expected))


class Scripts(ScriptTest):
    def assert_script_is_found(self, kind):
        program, text, certainty = KINDS[kind]
        if not os.path.exists(program):
            self.skipTest(f"needs {program}")
        path = "/usr/bin/tool"
        lines = f"#!{program}\n{text}"
        self.minipkg.install(self.tool(1, path, lines))
        script = self.root / path.lstrip("/")
        by_name, by_interpreter = self.began(script), self.began(program, script, "argument")
        self.assertEqual(self.found(), [])
        self.minipkg.install(self.tool(2, path, lines))
        self.assertOld(by_name, by_interpreter, path=path, certainty=certainty)
        certain = [] if certainty == "likely" else [by_name, by_interpreter]
        self.assertEqual([pid for pid, *_ in self.found("--certain")], sorted(p.pid for p in certain))
        by_name.end()
        self.began(script)
        self.assertOld(by_interpreter, path=path, certainty=certainty)

    def test_dash(self):
        self.assert_script_is_found("dash")

    def test_bash(self):
        self.assert_script_is_found("bash")

    def test_zsh(self):
        self.assert_script_is_found("zsh")

    def test_python(self):
        self.assert_script_is_found("python")

    def test_perl(self):
        self.assert_script_is_found("perl")

    def test_ruby(self):
        self.assert_script_is_found("ruby")

    def test_node(self):
        self.assert_script_is_found("node")

    def test_options_before_the_script(self):
        script = self.install_tool()
        old = [self.began(PYTHON3, "-u", "-W", "ignore", "-Xutf8", script), self.began(PYTHON3, "-Bs", "--", script)]
        self.began(PYTHON3, "-c", PYTHON % 1, script)
        self.began("/bin/sh", "-c", "echo ready; read line", script)
        self.minipkg.install(self.tool(2))
        self.assertOld(*old)

    def test_names_that_lead_to_the_script(self):
        script = self.install_tool()
        link = self.scratch / "link.py"
        link.symlink_to(script)
        (self.scratch / "directory").symlink_to(script.parent)
        (script.parent / "sub").mkdir()
        inside = ["env", "-C", script.parent / "sub", PYTHON3]
        old = [self.began(PYTHON3, link), self.began(PYTHON3, self.scratch / "directory/main.py"),
               self.began(*inside, "../main.py"), self.began(*inside, "-u", ".././sub//../main.py"),
               self.began("env", "-C", script.parent.parent, PYTHON3, "tool/main.py")]
        self.began("env", "-C", self.scratch, PYTHON3, "-c", PYTHON % 1, "main.py")
        self.minipkg.install(self.tool(2))
        self.assertOld(*old)

    def test_directory_with_a_main_module(self):
        files = [self.pack("tool", f"{n}.0-1", {"/opt/tool/__main__.py": PYTHON.encode() % n}) for n in (1, 2)]
        self.minipkg.install(files[0])
        old = self.began(PYTHON3, self.root / "opt/tool")
        self.minipkg.install(files[1])
        self.assertOld(old, path="/opt/tool/__main__.py")

    def test_each_version_is_named(self):
        script = self.install_tool()
        first = self.began(PYTHON3, script)
        self.minipkg.install(self.tool(2))
        second = self.began(PYTHON3, script)
        self.minipkg.install(self.tool(3))
        third = self.began(PYTHON3, script)
        self.assertEqual([(pid, version) for pid, *_, version in self.found()],
                         sorted([(first.pid, "1.0-1"), (second.pid, "2.0-1")]))
        self.assertTrue(third.runs())

    def test_undo_leaves_only_who_began_in_between(self):
        script = self.install_tool()
        first = self.began(PYTHON3, script)
        self.minipkg.install(self.tool(2))
        between = self.began(PYTHON3, script)
        self.minipkg.run("undo")
        self.assertOld(between, version="2.0-1")
        # And back again: the first is old once more.
        self.minipkg.run("undo")
        self.assertOld(first)

    def test_same_content_or_only_another_mode_is_nothing(self):
        script = self.install_tool()
        self.began(PYTHON3, script)
        self.minipkg.install(self.pack("tool", "1.1-1", {TOOL: PYTHON.encode() % 1, "/opt/tool/new": b"x"}))
        self.assertEqual(self.found(), [])

    def test_removed_with_its_directory(self):
        script = self.install_tool()
        old = self.began(PYTHON3, script)
        self.minipkg.run("remove", "tool")
        self.assertFalse(script.parent.exists())
        self.assertOld(old)
        self.assertEqual(self.minipkg.needs_restart()["processes"][0]["files"][0]["kind"], "removed")

    def test_program_executed_later_that_holds_the_new_script(self):
        path = "/opt/tool/main.sh"
        self.minipkg.install(self.tool(1, path, SHELL))
        script = self.root / path.lstrip("/")
        later = self.began("/bin/dash", "-c", f"echo ready; read line; exec /bin/bash {script}")
        self.minipkg.install(self.tool(2, path, SHELL))
        self.assertEqual(later.ask(""), "ready")
        self.assertEqual(self.found(), [])

    def test_rows_of_a_transaction_without_a_time_are_not_judged(self):
        script = self.install_tool()
        self.began(PYTHON3, script)
        self.minipkg.install(self.tool(2))
        self.sql("UPDATE history SET renamed = 0")
        self.assertEqual(self.found(), [])

    def sql(self, statement):
        with sqlite3.connect(self.root / "var/lib/minipkg/state.db") as database:
            database.execute(statement)
        database.close()

    def test_no_process_is_looked_at_where_no_script_was_replaced(self):
        packages = [self.pack("data", f"{n}.0-1", {"/opt/data.bin": b"%d" % n, "/opt/lib/libx.so.1": b"#!%d" % n})
                    for n in (1, 2)]
        self.minipkg.install(packages[0])
        self.minipkg.install(packages[1])
        self.minipkg.run("history", "prune", "--keep", "0")
        report = self.minipkg.needs_restart()
        self.assertEqual((report["retired"], report["alive"], report["scanned"]), (2, 0, 0))


class Roots(ScriptTest):
    """The same script, or another one at the same path."""

    def in_root(self, before, *command):
        """Runs it with self.root as its root, in a mount namespace where the host's programs are there too."""
        for directory in ("usr", "proc"):
            (self.root / directory).mkdir(exist_ok=True)
        for link in ("bin", "lib", "lib64"):
            if not (self.root / link).is_symlink():
                (self.root / link).symlink_to(f"usr/{link}")
        script = f'mount --bind /usr "$0/usr" && {before} && exec chroot "$0" "$@"'
        if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("may not unshare mounts")
        return self.began("unshare", "-m", "sh", "-c", script, self.root, *command)

    def test_chroot(self):
        self.install_tool()
        (self.root / "link.py").symlink_to(TOOL)
        old = [self.in_root("true", PYTHON3, TOOL), self.in_root("true", PYTHON3, "/../link.py"),
               self.in_root("true", PYTHON3, "opt/tool/main.py")]
        self.minipkg.install(self.tool(2))
        self.assertOld(*old)
        self.assertEqual({p["root"] for p in self.minipkg.needs_restart()["processes"]}, {str(self.root)})

    def test_namespace_with_its_own_copy(self):
        self.install_tool()
        (self.scratch / "own/tool").mkdir(parents=True)
        (self.scratch / "own/tool/main.py").write_text(PYTHON % 1, encoding="ascii")
        self.in_root(f'mount --bind {self.scratch}/own "$0/opt"', PYTHON3, TOOL)
        self.in_root(f'mount -t tmpfs none "$0/opt" && cp -r {self.scratch}/own/tool "$0/opt"', PYTHON3, TOOL)
        self.minipkg.install(self.tool(2))
        self.assertEqual(self.found(), [])

    def test_same_path_in_the_host_is_another_file(self):
        self.install_tool()
        own = self.scratch / "main.py"
        own.write_text(PYTHON % 1, encoding="ascii")
        self.began(PYTHON3, own)
        self.began("env", "-C", self.scratch, PYTHON3, "main.py")
        self.minipkg.install(self.tool(2))
        self.assertEqual(self.found(), [])

    def test_python_finds_the_module_in_its_own_directories(self):
        place = "/opt/lib/python3/dist-packages"
        self.minipkg.install(self.tool(1, f"{place}/pkg/run.py"))
        inside = ["env", f"PYTHONPATH={place}", PYTHON3]
        old = self.in_root("true", *inside, "-m", "pkg.run")
        (self.root / "srv/pkg").mkdir(parents=True)
        (self.root / "srv/pkg/run.py").write_text(PYTHON % 1, encoding="ascii")
        self.in_root("true", "env", "-C", "/srv", PYTHON3, "-m", "pkg.run")
        self.minipkg.install(self.tool(2, f"{place}/pkg/run.py"))
        self.assertOld(old, path=f"{place}/pkg/run.py")


class Modules(ScriptTest):
    PLACE = "/usr/lib/python3/dist-packages"

    def application(self, number, **others):
        """A script that stays the same, and a module that it imports."""
        main = b"import sys\nimport helper\nprint('ready', flush=True)\nsys.stdin.readline()\n"
        return self.pack("tool", f"{number}.0-1", {TOOL: main, "/opt/tool/helper.py": b"x = %d\n" % number, **others})

    def test_module_of_the_scripts_own_package(self):
        self.minipkg.install(self.application(1))
        script = self.root / TOOL.lstrip("/")
        old = self.began(PYTHON3, script)
        self.began(PYTHON3, "-c", PYTHON % 1)
        self.minipkg.install(self.application(2))
        self.began(PYTHON3, script)
        self.assertOld(old, path="/opt/tool/helper.py", use="module")
        self.assertEqual(self.found("--certain"), [])
        self.minipkg.run("undo")
        self.assertNotIn(old.pid, [pid for pid, *_ in self.found()])

    def test_script_behind_a_symlink_that_leads_to_the_next_version(self):
        def versions(number):
            main = f"/opt/tool-{number}/main.py"
            return self.pack("tool", f"{number}.0-1", {"/usr/bin/tool": SymbolicLink(f"../..{main}"),
                                                       main: PYTHON.encode() % number})
        self.minipkg.install(versions(1))
        old = self.began(PYTHON3, self.root / "usr/bin/tool")
        self.minipkg.install(versions(2))
        self.assertOld(old, path="/opt/tool-1/main.py", use="module")

    def test_module_run_by_name(self):
        module = f"{self.PLACE}/pkg/run.py"
        self.minipkg.install(self.tool(1, module))
        old = self.began("env", "-C", self.root / self.PLACE.lstrip("/"), PYTHON3, "-m", "pkg.run")
        (self.scratch / "pkg").mkdir()
        (self.scratch / "pkg/run.py").write_text(PYTHON % 1, encoding="ascii")
        self.began("env", "-C", self.scratch, PYTHON3, "-m", "pkg.run")
        self.minipkg.install(self.tool(2, module))
        self.assertOld(old, path=module)

    def test_extension_of_the_package_is_evidence(self):
        extension = f"{self.PLACE}/pkg/_fast.cpython-311.so"
        library = "/usr/lib/libother.so"
        others = {extension: self.library(1), library: self.library(2)}
        self.minipkg.install(self.application(1, **others))
        loads = "import ctypes, sys\nctypes.CDLL(sys.argv[1])\n" + PYTHON % 1
        old = self.began(PYTHON3, "-c", loads, self.root / extension.lstrip("/"))
        self.began(PYTHON3, "-c", loads, self.root / library.lstrip("/"))
        self.minipkg.install(self.application(2, **others))
        self.assertOld(old, path="/opt/tool/helper.py", use="module")

    def test_perl_that_holds_its_module(self):
        def module(number):
            text = "package Tool;\nmy $x = %d;\n1;\n__DATA__\nline\n" % number
            return self.pack("tool", f"{number}.0-1", {"/usr/share/perl5/Tool.pm": text.encode()})
        self.minipkg.install(module(1))
        where = self.root / "usr/share/perl5"
        old = self.began("/usr/bin/perl", f"-I{where}", "-MTool", "-e", PERL % 1)
        self.minipkg.install(module(2))
        self.assertOld(old, path="/usr/share/perl5/Tool.pm", use="module")


class Hostile(ScriptTest):
    """What a process chooses itself. needrestart ran an interpreter with a process's PYTHONPATH (CVE-2024-48990), or
    its RUBYLIB (CVE-2024-48992), or the very program that claimed to be Python, replaced in between (CVE-2024-48991),
    and let perl open names that are commands (CVE-2024-11003)."""

    def setUp(self):
        super().setUp()
        self.traps = self.scratch / "traps"
        self.traps.mkdir()
        self.marker = self.scratch / "marker"
        for name, text in {"sitecustomize.py": f"open('{self.marker}', 'w')", "main.py": f"open('{self.marker}', 'w')",
                           "importlib/__init__.py": f"open('{self.marker}', 'w')",
                           "Tool.pm": f"open X, '>{self.marker}'", "main.rb": f"File.write '{self.marker}', ''",
                           "ruby": f"#!/bin/sh\ntouch {self.marker}\n",
                           f"|touch {str(self.marker).replace('/', '_')}": "use Module;"}.items():
            trap = self.traps / name
            trap.parent.mkdir(exist_ok=True)
            trap.write_text(text, encoding="ascii")
            trap.chmod(0o755)
        self.pretender = self.compile("pretender.c", "traps/python3")

    def pretend(self, arguments, size=None, name="python3", environment=()):
        words = self.scratch / "words"
        words.write_bytes(arguments)
        return self.began("env", "-C", self.traps, f"PYTHONPATH={self.traps}", f"PERL5LIB={self.traps}",
                          f"RUBYLIB={self.traps}", f"NODE_PATH={self.traps}", *environment, self.pretender, words,
                          size or len(arguments), name)

    def traced_report(self):
        """The report, and every call that opened or executed something."""
        log = self.scratch / "trace"
        under_strace(self, self.minipkg, "-y", "-o", log, "-e",
                     "trace=execve,execveat,fork,vfork,open,openat,openat2,name_to_handle_at,read")
        found = self.found()
        self.minipkg.prefix = []
        return found, log.read_text(errors="replace").splitlines()

    def assert_only_looked_at(self, calls):
        self.assertEqual([line for line in calls if re.search(r"\bexec\w+\(", line)][1:], [])
        self.assertEqual([line for line in calls if re.search(r"\bv?fork\(", line)], [])
        opened = [line for line in calls if re.search(r"\bopen\w*\(", line) and str(self.traps) in line]
        self.assertEqual([line for line in opened if "O_PATH" not in line], [])
        self.assertEqual([line for line in calls if re.search(r'"(/proc/\d+/)?environ"', line)], [])
        self.assertFalse(self.marker.exists())

    def test_nothing_of_a_process_is_executed_or_read(self):
        script = self.install_tool()
        real = self.began("env", "-C", self.traps, f"PYTHONPATH={self.scratch}/later", PYTHON3, script)
        self.traps.joinpath("sitecustomize.py").rename(self.scratch / "kept")
        (self.scratch / "later").symlink_to(self.traps)
        (self.scratch / "kept").rename(self.traps / "sitecustomize.py")
        for words in (b"python3\0main.py\0", b"python3\0-m\0importlib\0", b"perl\0-MTool\0|touch marker\0",
                      b"ruby\0" + os.fsencode(self.traps) + b"/main.rb\0", b"python3\0-\0", b"python3\0\0main.py\0"):
            self.pretend(words)
        self.minipkg.install(self.tool(2))
        found, calls = self.traced_report()
        self.assertEqual([pid for pid, *_ in found], [real.pid])
        self.assert_only_looked_at(calls)
        self.assertTrue([line for line in calls if str(self.traps) in line], "the planted names were not even met")

    def test_arguments_that_are_no_arguments(self):
        self.install_tool()
        there = os.fsencode(self.root / TOOL.lstrip("/"))
        up = b"../" * 60
        for words, size in ((b"", 1), (b"x" * 70000, None), (b"\0" * 70000, None),
                            (b"python3\0" + b"a" * 70000, 1 << 30),
                            (b"python3\0" + there, None), (b"python3 " + there + b" worker\n", None),
                            (b"python3\0" + b"-u\0" * 40000 + there + b"\0", None),
                            (b"python3\0" + b"a/" * 2500 + there + b"\0", None),
                            (b"python3\0-m\0" + b"." * 500 + b"\0", None), (b"python3\0-m\0../../main\0", None),
                            (b"python3\0/etc/shadow\0", None), (b"python3\0\x1b[31m\xff\n\0" + there + b"\0", None)):
            self.pretend(words, size)
        by_dots = self.pretend(b"python3\0" + up + there.lstrip(b"/") + b"\0", name="\x1b[2Jclear")
        self.minipkg.install(self.tool(2))
        found, calls = self.traced_report()
        self.assertEqual([pid for pid, *_ in found], [by_dots.pid])
        self.assert_only_looked_at(calls)
        reads = collections.Counter(re.findall(r"\bread\(\d+<(/proc/\d+/cmdline)>", "\n".join(calls)))
        self.assertGreater(max(reads.values()), 10, "the long arguments were not met")
        self.assertLess(max(reads.values()), 20, "more was read than its first 64 KiB")
        told = self.minipkg.run("needs-restart", status=1).stdout
        self.assertEqual([c for c in told if ord(c) < 32 and c not in "\t\n"], [])

    def test_working_directory_that_is_gone(self):
        script = self.install_tool()
        gone = self.scratch / "gone"
        gone.mkdir()
        held = self.began("env", "-C", gone, PYTHON3, script)
        lost = self.began("env", "-C", gone, PYTHON3, "-c", PYTHON % 1)
        gone.rmdir()
        self.minipkg.install(self.tool(2))
        self.assertTrue(lost.runs())
        self.assertOld(held)

    def test_file_server_that_never_answers_is_not_asked(self):
        script = self.install_tool()
        mountpoint = self.scratch / "hung"
        mountpoint.mkdir()
        device = os.open("/dev/fuse", os.O_RDWR) if os.path.exists("/dev/fuse") else -1
        if device < 0:
            self.skipTest("needs /dev/fuse")
        self.addCleanup(os.close, device)
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
        if libc.mount(b"hung", os.fsencode(mountpoint), b"fuse", 6, options) != 0:
            self.skipTest(f"cannot mount FUSE: {os.strerror(ctypes.get_errno())}")
        self.addCleanup(subprocess.run, ["umount", "-l", mountpoint], check=True)
        asks = self.pretend(b"python3\0" + os.fsencode(mountpoint) + b"/main.py\0")
        old = self.began(PYTHON3, script)
        self.minipkg.install(self.tool(2))
        report = self.minipkg.needs_restart("--pid", asks.pid)
        self.assertEqual((report["scanned"], report["unreadable"], report["processes"]), (1, 0, []))
        self.assertOld(old)
