# SPDX-License-Identifier: MIT
"""What the tests in Python share: a temporary root, compiled programs, processes, and the minipkg program itself."""
