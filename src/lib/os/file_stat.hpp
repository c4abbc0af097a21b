// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "minipkg/plan.hpp"

namespace minipkg::os {

struct FileStat {
  OnDisk disk;              ///< without digest, link target and xattrs
  std::uint64_t mount = 0;  ///< mount id, statx(2)
  std::int64_t ctime = 0;   ///< nanoseconds since 1970
  std::vector<Hold> holds;  ///< immutable, append_only, mount_point; empty where the file system does not tell
};

/// A file system is mounted here.
bool is_mount_point(const FileStat&);

/// lstat of `name` in `dirfd`, of `dirfd` itself if `name` is empty; nothing if it does not exist or cannot, being
/// longer than names are there. Never waits for a
/// file server (AT_STATX_DONT_SYNC). Throws Error naming `path`.
std::optional<FileStat> look(int dirfd, const char* name, const std::string& path);

/// Text of a symlink. Throws Error naming `path`.
std::string read_link(int dirfd, const char* name, const std::string& path);

inline std::int64_t nanoseconds(std::int64_t seconds, std::uint32_t rest) { return seconds * 1'000'000'000 + rest; }
inline std::int64_t mtime_of(const OnDisk& disk) { return nanoseconds(disk.mtime_sec, disk.mtime_nsec); }

}  // namespace minipkg::os
