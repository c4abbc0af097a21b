// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lib/model/retired.hpp"

namespace minipkg::restart {

/// The rows whose inode is not known to be gone: the file systems are asked, no process is. A row stays where its file
/// system has no handles, is mounted no more at its place, or the caller may not ask.
std::vector<RetiredInode> not_gone(int root_fd, std::vector<RetiredInode> rows);

}  // namespace minipkg::restart
