// SPDX-License-Identifier: MIT
#include "lib/os/tree.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/fail.hpp"
#include "lib/os/openat2.hpp"

namespace minipkg::os {
namespace {

constexpr std::size_t most_known = 200;  // descriptors a generation; two of them stay below RLIMIT_NOFILE's usual 1024

int open_by_component(int dirfd, const std::string& relative, int flags) {
  Fd current(::openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::size_t begin = 0;
  while (current && begin < relative.size()) {
    const std::size_t end = std::min(relative.find('/', begin), relative.size());
    const std::string component = relative.substr(begin, end - begin);
    const int how = end == relative.size() ? flags : O_PATH;
    current.reset(::openat(current.get(), component.c_str(), how | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    begin = end + 1;
  }
  return current.release();
}

}  // namespace

int open_beneath(int dirfd, const std::string& relative, int flags) {
  if (relative.empty()) return ::openat(dirfd, ".", flags | O_DIRECTORY | O_CLOEXEC);
  constexpr std::uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const int fd = try_openat2(dirfd, relative, flags | O_DIRECTORY | O_NOFOLLOW, resolve);
  return fd < 0 && (errno == ENOSYS || errno == EAGAIN) ? open_by_component(dirfd, relative, flags) : fd;
}

std::string Tree::full_name(std::string_view path) const {
  if (name_ == "/") return std::string(path);
  return path == "/" ? name_ : name_ + std::string(path);
}

int Tree::try_directory(std::string_view path) const {
  if (path.empty() || path == "/") return top_.get();
  std::string key(path.substr(1));
  if (const auto found = known_.find(key); found != known_.end()) return found->second.get();
  Fd fd;
  if (const auto found = older_.find(key); found != older_.end()) {
    fd = std::move(found->second);
    older_.erase(found);
  } else {
    fd = Fd(open_beneath(top_.get(), key, O_PATH));
  }
  if (!fd) return -1;
  if (known_.size() >= most_known) older_ = std::exchange(known_, {});
  return known_.emplace(std::move(key), std::move(fd)).first->second.get();
}

int Tree::directory(std::string_view path) const {
  const int fd = try_directory(path);
  if (fd < 0) fail_errno("open directory", full_name(path));
  return fd;
}

}  // namespace minipkg::os
