// SPDX-License-Identifier: MIT
#pragma once
#include <sys/stat.h>

#include <cstdint>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// Of st_mode, inode(7).
inline FileType file_type_of(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return FileType::directory;
    case S_IFLNK:
      return FileType::symlink;
    case S_IFCHR:
      return FileType::character;
    case S_IFBLK:
      return FileType::block;
    case S_IFIFO:
      return FileType::fifo;
    case S_IFSOCK:
      return FileType::socket;
    default:
      return FileType::regular;
  }
}

}  // namespace minipkg
