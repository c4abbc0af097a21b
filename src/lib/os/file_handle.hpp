// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "lib/model/retired.hpp"

namespace minipkg::os {

/// Handle of `name` in `dirfd`, never following a symlink; of `dirfd` itself if `name` is empty (AT_EMPTY_PATH).
/// Nothing where the file system has no handles or the caller may not ask. name_to_handle_at(2).
std::optional<FileHandle> handle_at(int dirfd, const char* name);

enum class Life { gone, alive, unknown };

/// Asks the file system of `mount_fd` (any non-O_PATH descriptor on it) whether the inode still exists: ESTALE means
/// nobody has it open, mapped or named. Needs CAP_DAC_READ_SEARCH in the initial user namespace; otherwise unknown.
/// Opens with O_PATH: never waits for a device or server. open_by_handle_at(2).
Life probe_handle(int mount_fd, const FileHandle&);

}  // namespace minipkg::os
