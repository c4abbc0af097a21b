// SPDX-License-Identifier: MIT
#include "lib/os/openat2.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace minipkg::os {
namespace {

constexpr int most_tries = 100;
std::atomic<bool> missing{false};

}  // namespace

void pretend_no_openat2(bool pretend) { missing = pretend; }

int try_openat2(int dirfd, const std::string& path, int flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = resolve;
  errno = ENOSYS;
  for (int tried = 0; tried < most_tries && !missing; ++tried) {
    const long fd = ::syscall(SYS_openat2, dirfd, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno == EPERM) errno = ENOSYS;  // so say containers whose seccomp profile is older than the call
    if (errno == ENOSYS) missing = true;
    if (errno != EAGAIN && errno != EINTR) break;
  }
  return -1;
}

}  // namespace minipkg::os
