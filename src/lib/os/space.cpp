// SPDX-License-Identifier: MIT
#include "lib/os/space.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <memory>

#include "lib/base/fail.hpp"
#include "lib/os/procfs.hpp"
#include "lib/os/quota.hpp"

namespace minipkg::os {
namespace {

/// What is kept back for root, and quotas, do not bind who has CAP_SYS_RESOURCE in the first user namespace.
bool has_no_bounds() {
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> own(::cap_get_proc(), ::cap_free);
  cap_flag_value_t set = CAP_CLEAR;
  if (own == nullptr || ::cap_get_flag(own.get(), CAP_SYS_RESOURCE, CAP_EFFECTIVE, &set) != 0) return false;
  std::string map;
  // One line from 0 to 0 for all numbers there are: no namespace, or one like none.
  return set == CAP_SET && (!read_text(AT_FDCWD, "/proc/self/uid_map", map) || map.find("4294967295") != map.npos);
}

/// ext4 keeps some blocks from everybody, root included, and does not take them off f_bfree.
std::uint64_t kept_from_root(std::uint64_t device, std::uint64_t block_size) {
  const std::string link =
      link_text(AT_FDCWD, fmt::format("/sys/dev/block/{}:{}", major(device), minor(device)).c_str());
  const std::string name = link.substr(link.rfind('/') + 1);
  std::string text;
  if (name.empty() || !read_text(AT_FDCWD, fmt::format("/sys/fs/ext4/{}/reserved_clusters", name).c_str(), text)) {
    return 0;
  }
  return std::strtoull(text.c_str(), nullptr, 10) * block_size;
}

Limit limit_of(const struct statvfs& file_system, std::uint64_t device, bool unbounded) {
  Limit limit;
  const std::uint64_t unit = file_system.f_frsize;
  if (unbounded) {
    const std::uint64_t kept = kept_from_root(device, unit);
    limit.bytes = file_system.f_bfree * unit - std::min(kept, file_system.f_bfree * unit);
  } else {
    limit.bytes = file_system.f_bavail * unit;
  }
  // btrfs and others make inodes as they go.
  if (file_system.f_files != 0) limit.inodes = unbounded ? file_system.f_ffree : file_system.f_favail;
  return limit;
}

}  // namespace

void measure(int fd, const std::string& mount_point, const std::string& path, Place& place) {
  struct statvfs file_system {};
  if (::fstatvfs(fd, &file_system) != 0) fail_errno("ask the file system of", path);
  const bool unbounded = has_no_bounds();
  if (file_system.f_blocks != 0) place.limits.push_back(limit_of(file_system, place.super_block, unbounded));
  if (!unbounded) {
    for (Limit& limit : quota_limits(fd)) place.limits.push_back(limit);
  }
  place.block_size = static_cast<std::uint32_t>(std::max<std::uint64_t>(file_system.f_frsize, 1));
  place.name_max = static_cast<std::uint32_t>(file_system.f_namemax);
  if ((file_system.f_flag & ST_RDONLY) != 0) place.read_only_at = mount_point;
}

std::uint64_t free_bytes(int fd, const std::string& path) {
  struct stat stat {};
  Place place;
  if (::fstat(fd, &stat) != 0) fail_errno("look at", path);
  place.super_block = stat.st_dev;
  measure(fd, path, path, place);
  std::uint64_t free = UINT64_MAX;
  for (const Limit& limit : place.limits) free = std::min(free, limit.bytes.value_or(UINT64_MAX));
  return free;
}

std::optional<std::uint64_t> file_size_limit() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

}  // namespace minipkg::os
