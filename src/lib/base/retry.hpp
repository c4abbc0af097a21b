// SPDX-License-Identifier: MIT
#pragma once
#include <cerrno>

namespace minipkg {

/// Makes a system call again as long as a signal stops it before it did anything.
template <class Call>
auto retry(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

}  // namespace minipkg
