// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lib/model/retired.hpp"

namespace minipkg::restart {

struct Probed {
  /// Not known to be gone or unused. A row stays here where its file system has no handles, is mounted no more at its
  /// place, or the caller may not ask.
  std::vector<RetiredInode> alive;
  std::vector<RetiredInode> gone;    ///< without any name or use
  std::vector<RetiredInode> unused;  ///< nobody has it open or mapped, but it has names, such as those for undo
};

/// The file systems are asked, no process is.
Probed probe(int root_fd, std::vector<RetiredInode> rows);

}  // namespace minipkg::restart
