// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

#include "lib/base/fd.hpp"

/// The files of this room have a few hundred bytes.
namespace minipkg::signature {

/// A regular file that the caller names, to read it. Throws Error(usage).
Fd open_given(const std::string& file);

/// All of it. False with errno; EFBIG if it is longer than any file of this room.
bool read_small(int fd, std::string& text);

enum class Existing { keep, replace };
/// Complete and on the disk under its name, or not at all; whatever the umask. False with errno, EEXIST where
/// something stands already and is kept.
bool write_whole(int dirfd, const std::string& name, std::span<const char> text, mode_t mode, Existing);

/// A path in two: its directory, opened, and its name there. Throws Error(usage).
struct Place {
  Fd directory;
  std::string name;
};
Place place_of(const std::string& path);

}  // namespace minipkg::signature
