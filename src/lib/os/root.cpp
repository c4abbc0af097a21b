// SPDX-License-Identifier: MIT
#include "minipkg/root.hpp"

#include <fcntl.h>

#include "lib/base/fail.hpp"
#include "lib/os/root.hpp"

namespace minipkg {

struct Root::Opened {
  std::string path;
  Fd fd;
};

Root::Root(std::string path) : opened_(std::make_shared<Opened>()) { opened_->path = std::move(path); }

const std::string& Root::path() const { return opened_->path; }

int Root::fd() const {
  Fd& fd = opened_->fd;
  if (!fd) fd.reset(::open(path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) fail_errno("open root", path(), errno, ErrorKind::usage);
  return fd.get();
}

namespace os {

Tree tree_of(const Root& root) {
  Fd fd(::openat(root.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) fail_errno("open root", root.path(), errno, ErrorKind::usage);
  std::string name = root.path();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return {std::move(fd), name};
}

}  // namespace os
}  // namespace minipkg
