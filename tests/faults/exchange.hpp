// SPDX-License-Identifier: MIT
// Two names that change places, as whoever owns their directories could do at any instant.
#pragma once
#include <fcntl.h>

#include <cerrno>
#include <cstdio>

struct Exchange {
  const char* path = nullptr;
  const char* other = nullptr;
  bool came_alone = false;  ///< nothing was at `path`

  void there() {
    const int result = ::renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
    came_alone = result != 0 && errno == ENOENT && ::renameat2(AT_FDCWD, other, AT_FDCWD, path, RENAME_NOREPLACE) == 0;
  }

  /// What the program put at `path` meanwhile comes to `other`.
  void back() const {
    if (came_alone) {
      ::renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE);
    } else {
      ::renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
    }
  }
};
