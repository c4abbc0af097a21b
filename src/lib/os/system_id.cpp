// SPDX-License-Identifier: MIT
#include "lib/os/system_id.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "lib/base/fail.hpp"
#include "lib/base/fd.hpp"

namespace minipkg::os {

std::string boot_id() {
  static const std::string id = [] {
    const Fd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    std::array<char, 36> text{};
    const ssize_t length = file ? ::read(file.get(), text.data(), text.size()) : 0;
    return std::string(text.data(), static_cast<std::size_t>(length > 0 ? length : 0));
  }();
  return id;
}

std::int64_t since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

std::string random_id() {
  std::uint64_t number = 0;
  while (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
    if (errno != EINTR) fail_errno("read", "random numbers", errno, ErrorKind::internal);
  }
  return fmt::format("{:016x}", number);
}

}  // namespace minipkg::os
