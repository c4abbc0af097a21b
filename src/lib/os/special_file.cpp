// SPDX-License-Identifier: MIT
#include "lib/os/special_file.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

namespace minipkg::os {

int make_special_file(int dirfd, const char* name, const SpecialFile& file) {
  const auto node = [&](mode_t type, dev_t device) { return ::mknodat(dirfd, name, type | 0600, device); };
  switch (file.type) {
    case FileType::symlink:
      return ::symlinkat(file.target.c_str(), dirfd, name);
    case FileType::fifo:
      return node(S_IFIFO, 0);
    case FileType::socket:
      return node(S_IFSOCK, 0);
    case FileType::character:
      return node(S_IFCHR, makedev(file.dev_major, file.dev_minor));
    case FileType::block:
      return node(S_IFBLK, makedev(file.dev_major, file.dev_minor));
    case FileType::regular:
    case FileType::directory:
    case FileType::hardlink:
      break;
  }
  errno = EINVAL;
  return -1;
}

}  // namespace minipkg::os
