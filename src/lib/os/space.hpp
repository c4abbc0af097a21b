// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/plan.hpp"

namespace minipkg::os {

/// Fills what the file system of `fd` (O_PATH suffices) says of itself into `place`: limits, sizes, and whether it is
/// read-only, then with `mount_point` as read_only_at. `path` is for messages.
void measure(int fd, const std::string& mount_point, const std::string& path, Place& place);

/// What this process may still store on the file system of `fd`; the greatest number: as much as it likes.
std::uint64_t free_bytes(int fd, const std::string& path);

/// The soft RLIMIT_FSIZE; nothing: unlimited.
std::optional<std::uint64_t> file_size_limit();

}  // namespace minipkg::os
