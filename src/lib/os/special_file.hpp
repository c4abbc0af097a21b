// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "minipkg/manifest.hpp"

namespace minipkg::os {

/// A file without bytes of its own.
struct SpecialFile {
  FileType type = FileType::symlink;
  std::string target;  ///< of a symlink
  std::uint32_t dev_major = 0, dev_minor = 0;
};

/// Makes a symlink, fifo, socket or device, for its owner only as far as it has a mode. -1 with errno; EINVAL for
/// every other type.
int make_special_file(int dirfd, const char* name, const SpecialFile&);

}  // namespace minipkg::os
