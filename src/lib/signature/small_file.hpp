// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

#include "lib/base/fd.hpp"

/// The files of this room have a few hundred bytes.
namespace minipkg::signature {

/// For reading. Empty with errno where it cannot be opened or is no regular file: a fifo does not hold us up. `flags`
/// may be O_NOFOLLOW.
Fd open_regular(int dirfd, const std::string& name, int flags);

/// Up to the buffer's size from where the descriptor stands, -1 with errno.
ssize_t read_up_to(int fd, std::span<char> buffer);

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
