// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/plan.hpp"

namespace minipkg::os {

/// Of the directory behind a descriptor, which may be O_PATH. Changes nothing.
FileSystem file_system_of(int dirfd);

/// renameat2(2) with RENAME_NOREPLACE; where the file system does not know that flag, a look before a plain rename.
/// -1 with errno, EEXIST where something stands already.
int rename_new(int from_dirfd, const char* from, int to_dirfd, const char* to);

}  // namespace minipkg::os
