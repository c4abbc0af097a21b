# SPDX-License-Identifier: MIT
"""Tests with real programs in real processes. Run one: MINIPKG=build/dev/minipkg python3 -m unittest -v live.NAME"""
