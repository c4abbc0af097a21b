// SPDX-License-Identifier: MIT
#pragma once
#include <unistd.h>

#include <cstdint>
#include <span>

#include "lib/base/retry.hpp"

namespace minipkg {

/// read(2) until the buffer is full or the file ends. How many bytes that were; -1 with errno.
inline ssize_t read_all(int fd, std::span<char> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = retry([&] { return ::read(fd, buffer.data() + done, buffer.size() - done); });
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

/// The same from `offset` on, with pread(2).
inline ssize_t read_all_at(int fd, std::uint64_t offset, std::span<char> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const auto at = static_cast<off_t>(offset + done);
    const ssize_t got = retry([&] { return ::pread(fd, buffer.data() + done, buffer.size() - done, at); });
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace minipkg
