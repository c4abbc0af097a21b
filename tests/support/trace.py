# SPDX-License-Identifier: MIT
"""What a minipkg command does, seen by strace."""
import os
import re
import shutil
import subprocess

CALLS = "open,openat,openat2,creat,truncate"
FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_TRUNC|O_CREAT|\bcreat\(|\btruncate\(")


def under_strace(test, minipkg, *options):
    """Makes minipkg run under strace with these options until the test ends; skips the test if that cannot be."""
    if shutil.which("strace") is None:
        test.skipTest("strace is not installed")
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode != 0:
        test.skipTest("strace may not trace here")
    minipkg.prefix = ["strace", "-f", *options]
    # Of a sanitized build: the leak checker cannot work in a traced process.
    sanitizer = os.environ.get("ASAN_OPTIONS", "")
    minipkg.environment["ASAN_OPTIONS"] = f"{sanitizer}:detect_leaks=0".lstrip(":")


def live_files_opened_for_writing(test, minipkg, *arguments):
    """Runs a command that changes the root, and returns the paths of all files of the root that it opened to write
    into, other than those in its staging areas and its own databases."""
    log = test.scratch / "trace"
    under_strace(test, minipkg, "-y", "-o", log, "-e", f"trace={CALLS}")
    minipkg.run(*arguments)
    minipkg.prefix = []
    staged, live = [], []
    for line in log.read_text(errors="replace").splitlines():
        opened = re.search(r" = \d+<(.*)>$", line)  # -y: the path behind the descriptor it got
        if not FOR_WRITING.search(line) or " = -1 " in line:
            continue
        path = opened[1] if opened else line
        if path.startswith(f"{minipkg.root}/.minipkg/"):
            staged.append(path)
        elif minipkg.root in path and not path.startswith(f"{minipkg.root}/var/lib/minipkg/"):
            live.append(path)
    test.assertTrue(staged, "the trace shows no staged file being written")
    return live


MUTATING = ("mkdir mkdirat unlink unlinkat rmdir rename renameat renameat2 link linkat symlink symlinkat mknod mknodat "
            "truncate ftruncate write pwrite64 writev fallocate chmod fchmod fchmodat fchmodat2 chown fchown fchownat "
            "lchown utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr open openat creat")


def changes_in(root, log):
    """Every call of a trace made with -f -y that would change something below `root`, successful or not."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        call = re.match(r"(?:\d+ +)?(\w+)\((.*)", line)
        if not call or call[1] not in MUTATING.split() or (call[1] in CALLS and not FOR_WRITING.search(line)):
            continue
        at = re.match(r'(?:AT_FDCWD|\d+)<([^>]*)>(?:, "([^"]*)")?', call[2])
        name = re.match(r'"([^"]*)"', call[2])
        path = os.path.join(at[1], at[2] or "") if at else name[1] if name else ""
        if path == str(root) or path.startswith(f"{root}/"):
            found.append((call[1], path))
    return found
