// SPDX-License-Identifier: MIT
#include "minipkg/root.hpp"

#include <fcntl.h>

#include <cerrno>

#include "lib/base/fail.hpp"
#include "lib/os/root.hpp"

namespace minipkg {
namespace {

struct Pinned {
  std::string path;
  Fd fd;
};

Pinned& pinned() {
  static Pinned root;
  return root;
}

Fd open_path(const std::string& path) { return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

}  // namespace

void pin_root(const std::string& path) { pinned() = {path, open_path(path)}; }

namespace os {

Tree open_root(const std::string& path) {
  const bool is_pinned = pinned().fd && pinned().path == path;
  Fd fd = is_pinned ? Fd(::openat(pinned().fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) : open_path(path);
  if (!fd) fail_errno("open root", path, errno, ErrorKind::usage);
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return {std::move(fd), name};
}

}  // namespace os
}  // namespace minipkg
