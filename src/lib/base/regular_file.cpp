// SPDX-License-Identifier: MIT
#include "lib/base/regular_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/retry.hpp"

namespace minipkg {

Fd open_regular(int dirfd, const char* name) {
  const Fd found(::openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat stat {};
  if (!found || ::fstat(found.get(), &stat) != 0) return Fd();
  if (!S_ISREG(stat.st_mode)) {
    errno = EINVAL;
    return Fd();
  }
  // O_NONBLOCK: not to wait for whoever has a lease on it.
  const std::string again = fmt::format("/proc/self/fd/{}", found.get());
  return Fd(retry([&] { return ::open(again.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); }));
}

}  // namespace minipkg
