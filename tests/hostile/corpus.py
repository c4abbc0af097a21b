# SPDX-License-Identifier: MIT
"""All cases, in groups."""
import importlib

GROUPS = ("names", "links", "types", "sizes", "sparse", "pax", "formats", "metadata", "native")


def group(name):
    return importlib.import_module(f"hostile.{name}_cases").CASES


def cases():
    """(group, case), each."""
    return [(name, case) for name in GROUPS for case in group(name)]
