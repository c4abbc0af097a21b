// SPDX-License-Identifier: MIT
#include "lib/os/file_stat.hpp"

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "lib/base/fail.hpp"
#include "lib/model/file_type.hpp"

namespace minipkg::os {
namespace {

FileStat from_statx(const struct statx& stx) {
  FileStat stat;
  stat.disk.type = file_type_of(stx.stx_mode);
  stat.disk.mode = stx.stx_mode & 07777U;
  stat.disk.uid = stx.stx_uid;
  stat.disk.gid = stx.stx_gid;
  stat.disk.size = stat.disk.type == FileType::regular ? stx.stx_size : 0;
  stat.disk.mtime_sec = stx.stx_mtime.tv_sec;
  stat.disk.mtime_nsec = stx.stx_mtime.tv_nsec;
  stat.disk.identity = {makedev(stx.stx_dev_major, stx.stx_dev_minor), stx.stx_ino, 0};
  if ((stx.stx_mask & STATX_BTIME) != 0) {
    stat.disk.identity.birth = nanoseconds(stx.stx_btime.tv_sec, stx.stx_btime.tv_nsec);
  }
  if (stat.disk.type == FileType::character || stat.disk.type == FileType::block) {
    stat.disk.dev_major = stx.stx_rdev_major;
    stat.disk.dev_minor = stx.stx_rdev_minor;
  }
  stat.mount = (stx.stx_mask & STATX_MNT_ID) != 0 ? stx.stx_mnt_id : 0;
  stat.ctime = nanoseconds(stx.stx_ctime.tv_sec, stx.stx_ctime.tv_nsec);
  stat.disk.links = stx.stx_nlink;
  const auto hold = [&](std::uint64_t attribute, Hold kind) {
    if ((stx.stx_attributes & stx.stx_attributes_mask & attribute) != 0) stat.holds.push_back(kind);
  };
  hold(STATX_ATTR_IMMUTABLE, Hold::immutable);
  hold(STATX_ATTR_APPEND, Hold::append_only);
  hold(STATX_ATTR_MOUNT_ROOT, Hold::mount_point);
  return stat;
}

}  // namespace

bool is_mount_point(const FileStat& stat) {
  return std::find(stat.holds.begin(), stat.holds.end(), Hold::mount_point) != stat.holds.end();
}

std::optional<FileStat> look(int dirfd, const char* name, const std::string& path) {
  struct statx stx {};
  const int flags = AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0);
  if (::statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, &stx) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return std::nullopt;
    fail_errno("look at", path);
  }
  return from_statx(stx);
}

std::string read_link(int dirfd, const char* name, const std::string& path) {
  std::vector<char> buffer(4096);
  const ssize_t length = ::readlinkat(dirfd, name, buffer.data(), buffer.size());
  if (length < 0) fail_errno("read link", path);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace minipkg::os
