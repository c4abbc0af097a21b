// SPDX-License-Identifier: MIT
#include "lib/base/reopen.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include "lib/base/retry.hpp"

namespace minipkg {

Fd reopen(int fd, int flags) {
  const std::string name = fmt::format("/proc/self/fd/{}", fd);
  return Fd(retry([&] { return ::open(name.c_str(), flags | O_CLOEXEC); }));
}

}  // namespace minipkg
