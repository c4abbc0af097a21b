// SPDX-License-Identifier: MIT
#include "lib/os/same_content.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "lib/base/fd.hpp"

namespace minipkg::os {
namespace {

Fd open_again(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  // Not to wait for whoever has a lease on it.
  constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Fd opened(::open(path.c_str(), flags | O_NOATIME));
  if (!opened && errno == EPERM) opened.reset(::open(path.c_str(), flags));
  return opened;
}

/// How much was read; less than asked only at the end, or where reading fails.
std::size_t fill(int fd, std::vector<char>& room) {
  std::size_t filled = 0;
  while (filled < room.size()) {
    const ssize_t got = ::read(fd, room.data() + filled, room.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace

bool same_content(int one, int other, std::uint64_t most) {
  struct stat left {
  }, right{};
  if (::fstat(one, &left) != 0 || ::fstat(other, &right) != 0 || left.st_size != right.st_size) return false;
  if (!S_ISREG(left.st_mode) || !S_ISREG(right.st_mode)) return false;
  const auto size = static_cast<std::uint64_t>(left.st_size);
  const Fd first = size > most ? Fd() : open_again(one);
  const Fd second = first ? open_again(other) : Fd();
  if (!second) return false;
  constexpr std::size_t piece = 65536;
  std::vector<char> here(piece), there(piece);
  for (std::uint64_t compared = 0; compared < size;) {
    const std::size_t got = fill(first.get(), here);
    if (got == 0 || fill(second.get(), there) != got) return false;
    if (!std::equal(here.begin(), here.begin() + static_cast<std::ptrdiff_t>(got), there.begin())) return false;
    compared += got;
  }
  return true;
}

}  // namespace minipkg::os
