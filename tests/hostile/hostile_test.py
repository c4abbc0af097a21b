# SPDX-License-Identifier: MIT
"""Every archive of the corpus, bare and with a manifest, through inspect and install: see README.md."""
import unittest

from hostile import arena, corpus
from hostile.judge import Judge
from support import minipkg


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        arena.enter()

    def judge(self, group):
        """Sanitizers find what goes wrong, and memory is judged of a program without."""
        for program in {minipkg.program(), minipkg.plain_program() or minipkg.program()}:
            judge = Judge(program)
            for case in corpus.group(group):
                with self.subTest(case.name, program=program):
                    if case.by_memory and not judge.judges_memory:
                        continue
                    faults = judge.faults(case)
                    if not case.pending:
                        self.assertEqual(faults, [], case.what)
            print(f"{group}: at most {judge.most_memory >> 20} MiB of memory, {judge.most_staged >> 10} KiB written")

    def test_names(self):
        self.judge("names")

    def test_links(self):
        self.judge("links")

    def test_types(self):
        self.judge("types")

    def test_sizes(self):
        self.judge("sizes")

    def test_sparse(self):
        self.judge("sparse")

    def test_pax(self):
        self.judge("pax")

    def test_formats(self):
        self.judge("formats")

    def test_metadata(self):
        self.judge("metadata")

    def test_native(self):
        self.judge("native")

    def test_every_group_is_run(self):
        tested = {name.removeprefix("test_") for name in dir(self) if name.startswith("test_")}
        self.assertEqual(tested - {"every_group_is_run"}, set(corpus.GROUPS))
        names = [case.name for _, case in corpus.cases()]
        self.assertEqual(len(names), len(set(names)), "two cases have one name")
