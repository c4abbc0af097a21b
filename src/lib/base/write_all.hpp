// SPDX-License-Identifier: MIT
#pragma once
#include <unistd.h>

#include <span>

#include "lib/base/retry.hpp"

namespace minipkg {

/// write(2) until all bytes are written. False with errno if that fails.
inline bool write_all(int fd, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = retry([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace minipkg
