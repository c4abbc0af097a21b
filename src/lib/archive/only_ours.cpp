// SPDX-License-Identifier: MIT
#include "lib/archive/only_ours.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace minipkg::archive {
namespace {

constexpr long xfs_magic = 0x58465342, zfs_magic = 0x2FC12FC1;  // not in magic.h

/// Others, FUSE and network file systems above all, may answer with other bytes the next time. So may a disk or an
/// image that users may mount, since they may write to it from below: those are mounted nosuid.
bool is_of_this_machine(int fd) {
  constexpr std::array<long, 12> known{EXT4_SUPER_MAGIC,     xfs_magic,         BTRFS_SUPER_MAGIC,     F2FS_SUPER_MAGIC,
                                       TMPFS_MAGIC,          RAMFS_MAGIC,       OVERLAYFS_SUPER_MAGIC, SQUASHFS_MAGIC,
                                       EROFS_SUPER_MAGIC_V1, ISOFS_SUPER_MAGIC, HUGETLBFS_MAGIC,       zfs_magic};
  struct statfs file_system {};
  if (::fstatfs(fd, &file_system) != 0) return false;
  if ((file_system.f_flags & ST_NOSUID) != 0) return false;
  const long magic = file_system.f_type;
  return std::find(known.begin(), known.end(), magic) != known.end();
}

/// Who opened it before it became ours may still write: a lease for reading is not given then, fcntl(2).
bool is_open_for_writing(int fd) {
  ::fcntl(fd, F_SETSIG, SIGURG);  // ignored by default, where SIGIO would end us: somebody may open it right now
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return true;
  ::fcntl(fd, F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace

bool only_ours(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return false;
  const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  // Group bits are also the mask of an ACL.
  return ours && (status.st_mode & 022U) == 0 && is_of_this_machine(fd) && !is_open_for_writing(fd);
}

}  // namespace minipkg::archive
