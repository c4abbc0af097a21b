// SPDX-License-Identifier: MIT
#include "lib/os/in_root.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "lib/base/reopen.hpp"
#include "lib/os/openat2.hpp"

namespace minipkg::os {
namespace {

constexpr int most_links = 40;  // as path_resolution(7)

/// The text of a symlink that `fd` stands for; nothing if it is none.
std::string link_text(int fd) {
  std::array<char, 4096> text{};
  const ssize_t length = ::readlinkat(fd, "", text.data(), text.size());
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

Fd open_again(Fd found, int flags) {
  struct stat stat {};
  if (::fstat(found.get(), &stat) != 0) return Fd();
  if ((flags & O_DIRECTORY) != 0 && !S_ISDIR(stat.st_mode)) {
    errno = ENOTDIR;
    return Fd();
  }
  if ((flags & O_PATH) != 0) return found;
  return reopen(found.get(), flags);
}

/// path_resolution(7) by hand: ".." is the directory that was walked through, so that no rename leads out of the root.
Fd walk(int root_fd, const std::string& path, int flags) {
  std::vector<Fd> at;
  at.emplace_back(::openat(root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::string rest = path;
  int links = 0;
  while (at.back() && !rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string component = rest.substr(0, end);
    rest.erase(0, end + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (at.size() > 1) at.pop_back();
      continue;
    }
    Fd next(::openat(at.back().get(), component.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    const std::string target = next ? link_text(next.get()) : std::string();
    if (target.empty()) {
      at.push_back(std::move(next));
      continue;
    }
    if (++links > most_links) {
      errno = ELOOP;
      return Fd();
    }
    if (target.front() == '/') at.erase(at.begin() + 1, at.end());
    rest = target + "/" + rest;
  }
  return at.back() ? open_again(std::move(at.back()), flags) : Fd();
}

}  // namespace

Fd open_in_root(int root_fd, const std::string& path, int flags) {
  const int fd = try_openat2(root_fd, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (fd < 0 && (errno == ENOSYS || errno == EAGAIN)) return walk(root_fd, path, flags);
  return Fd(fd);
}

}  // namespace minipkg::os
