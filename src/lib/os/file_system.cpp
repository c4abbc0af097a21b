// SPDX-License-Identifier: MIT
#include "lib/os/file_system.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/msdos_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "lib/base/fd.hpp"

namespace minipkg::os {
namespace {

constexpr unsigned exfat_magic = 0x2011bab0, bcachefs_magic = 0xca451a4e, xfs_magic = 0x58465342;
// statfs(2) gives ext2, ext3 and ext4 one number.
constexpr std::array<unsigned, 6> complete{EXT4_SUPER_MAGIC, xfs_magic,        BTRFS_SUPER_MAGIC,
                                           TMPFS_MAGIC,      F2FS_SUPER_MAGIC, bcachefs_magic};

/// Whatever the name of the driver: only FAT has FAT's attributes.
bool answers_as_fat(int dirfd) {
  const Fd fd(::openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  __u32 attributes = 0;
  return fd && ::ioctl(fd.get(), FAT_IOCTL_GET_ATTRIBUTES, &attributes) == 0;
}

}  // namespace

FileSystem file_system_of(int dirfd) {
  struct statfs stat {};
  if (::fstatfs(dirfd, &stat) != 0) return FileSystem::unknown;
  const auto magic = static_cast<unsigned>(stat.f_type);
  if (std::find(complete.begin(), complete.end(), magic) != complete.end()) return FileSystem::complete;
  if (magic == OVERLAYFS_SUPER_MAGIC) return FileSystem::layered;
  if (magic == exfat_magic || answers_as_fat(dirfd)) return FileSystem::fat;
  return FileSystem::unknown;
}

int rename_new(int from_dirfd, const char* from, int to_dirfd, const char* to) {
  if (::renameat2(from_dirfd, from, to_dirfd, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  struct stat there {};
  if (::fstatat(to_dirfd, to, &there, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  return errno == ENOENT ? ::renameat(from_dirfd, from, to_dirfd, to) : -1;
}

}  // namespace minipkg::os
