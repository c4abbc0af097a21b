# SPDX-License-Identifier: MIT
"""Interrupts a transaction at its n-th mutating system call, for each n, and looks at what is left."""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

from faults import snapshot
from support.minipkg import program

INTERPOSER = os.environ.get("MINIPKG_INTERPOSER", "")
FULL = os.environ.get("MINIPKG_FULL_TESTS") == "1"
EVERY = 7  # thinned: every 7th point, from another one each run


def points(total):
    """The points to look at, and the offset that repeats them."""
    if FULL:
        return range(1, total + 1), 1
    first = int(os.environ.get("MINIPKG_SWEEP_OFFSET", "0")) or random.randint(1, EVERY)
    return range(first, total + 1, EVERY), first


class Table:
    """One line of figures; all but the first must be zero."""

    COLUMNS = ("points", "mixed before", "mixed after", "damaged", "left over", "redo failed")

    def __init__(self, name):
        self.name, self.figures, self.examples = name, dict.fromkeys(self.COLUMNS, 0), []

    def count(self, column, point, what):
        self.figures[column] += 1
        self.examples.append(f"{column} at {point}: {what}")

    def failures(self):
        return sum(count for column, count in self.figures.items() if column != "points")

    def show(self, offset):
        print(f"\n{self.name} (offset {offset})", *[f"{c}: {n}" for c, n in self.figures.items()], sep=" | ",
              file=sys.stderr)
        for example in self.examples[:20]:
            print("   ", example, file=sys.stderr)


class Scenario:
    """A root before a transaction, the command that does it, and the trees before and after."""

    def __init__(self, directory, before, command, versions):
        """`before` are commands that make the root; `versions` is what `list` says before and after."""
        self.directory, self.command, self.versions = pathlib.Path(directory), command, versions
        self.base = self.directory / "base"
        self.base.mkdir()
        for one in before:
            self.run(one, self.base)
        os.sync()
        self.old = snapshot.snapshot(self.base)
        self.since = time.time_ns()
        done = self.fresh("reference")
        self.run(command, done)
        self.new = snapshot.snapshot(done)

    def killed(self, point):
        """A root whose transaction was killed at this point."""
        root = self.fresh()
        self.interposed(["kill", point], root)
        return root

    def run(self, command, root, check=True, wrap=()):
        done = subprocess.run([*wrap, program(), "--root", str(root), *command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def fresh(self, name="work"):
        """A copy of the root as it was before, in place of an earlier one."""
        root = self.directory / name
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.base), str(root)], check=True)
        return root

    def interposed(self, mode, root, command=None, check=False):
        """Runs under the interposer. Returns (result, calls seen, name of the chosen call)."""
        out = self.directory / "calls"
        done = self.run(command or self.command, root, check, [INTERPOSER, *map(str, mode), str(out), "--"])
        seen, name = out.read_text().split()
        return done, int(seen), name

    def total(self, command=None, root=None):
        return self.interposed(["count"], root or self.fresh(), command, check=True)[1]

    def listed(self, root):
        return self.run(["list"], root).stdout

    def judge(self, table, point, root):
        """After one more command: old or new, with both databases saying the same, and nothing left over."""
        told = self.run(["list"], root, check=False)
        if told.returncode != 0:
            return table.count("damaged", point, told.stderr.strip())
        now = snapshot.snapshot(root)
        is_old, is_new = (snapshot.differences(self.old, now),
                          snapshot.differences(self.new, now, self.since))
        if is_old and is_new:
            table.count("mixed after", point, min(is_old, is_new, key=len)[:4])
        elif told.stdout != self.versions[1 if is_old else 0]:
            table.count("damaged", point, f"the database says {told.stdout!r}")
        self.judge_rest(table, point, root)

    def judge_rest(self, table, point, root):
        left = [str(p) for p in snapshot.areas(root)]
        left += [n for n in os.listdir(f"{root}/{snapshot.STATE}") if n not in ("packages.db", "state.db")]
        if left:
            table.count("left over", point, left)
        verified = self.run(["verify"], root, check=False)
        if verified.returncode != 0:
            table.count("damaged", point, verified.stdout + verified.stderr)
        again = self.run(self.command, root, check=False)
        now = snapshot.snapshot(root)
        if again.returncode != 0 or snapshot.differences(self.new, now, self.since):
            table.count("redo failed", point, again.stderr.strip() or snapshot.differences(self.new, now, self.since)[:4])
