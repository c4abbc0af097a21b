// SPDX-License-Identifier: MIT
#include "lib/os/spot.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <climits>
#include <optional>

#include "lib/base/fd.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::os {
namespace {

bool is_symlink(int fd) {
  struct statx about {};
  return ::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &about) == 0 && S_ISLNK(about.stx_mode);
}

class Walk {
 public:
  explicit Walk(const Viewpoint& from) : from_(from) {}

  std::vector<Spot> walk(std::string_view path) {
    if (path.empty() || path.size() >= PATH_MAX || !enter(path.front() == '/' ? from_.root : from_.start)) return {};
    put_before(path);
    while (!left_.empty() && step(take())) {
    }
    return std::move(spots_);
  }

 private:
  bool enter(int fd) { return enter(Fd(::openat(fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC))); }
  bool enter(Fd fd) {
    const auto identity = fd ? identity_through(fd.get(), "") : std::nullopt;
    if (!identity) return false;
    directory_ = std::move(fd);
    identity_ = *identity;
    return true;
  }

  /// Puts the components of `path` before those that are left. They stand last first.
  void put_before(std::string_view path) {
    const auto at = left_.size();
    while (!path.empty()) {
      const std::size_t end = path.find('/');
      const std::string_view component = path.substr(0, end);
      path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
      if (!component.empty() && component != ".") left_.emplace(left_.begin() + static_cast<long>(at), component);
    }
  }

  std::string take() {
    std::string component = std::move(left_.back());
    left_.pop_back();
    return component;
  }

  /// False: here it ends.
  bool step(const std::string& component) {
    if (component == "..") return is_root() || enter(Fd(::openat(directory_.get(), "..", O_PATH | O_CLOEXEC)));
    if (!from_.may_ask(identity_.dev)) return false;
    Fd fd(::openat(directory_.get(), component.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
      if (errno == ENOENT || errno == ENOTDIR) add_missing(component);
      return false;
    }
    const auto identity = identity_through(fd.get(), "");
    if (!identity) return false;
    if (left_.empty()) spots_.push_back({identity_, component, *identity});
    return is_symlink(fd.get()) ? follow(fd.get()) : enter(std::move(fd));
  }

  bool follow(int link) {
    const std::string text = link_text(link, "");
    if (text.empty() || text.size() >= PATH_MAX || ++symlinks_ > 40) return false;
    if (text.front() == '/' && !enter(from_.root)) return false;
    put_before(text);
    return true;
  }

  void add_missing(std::string name) {
    while (!left_.empty()) {
      if (left_.back() == "..") return;
      name += '/' + take();
    }
    spots_.push_back({identity_, std::move(name), {}});
  }

  bool is_root() const { return identity_through(from_.root, "") == identity_; }

  const Viewpoint& from_;
  Fd directory_;
  Identity identity_;
  std::vector<std::string> left_;
  std::vector<Spot> spots_;
  int symlinks_ = 0;
};

}  // namespace

std::vector<Spot> spots_of(const Viewpoint& from, std::string_view path) { return Walk(from).walk(path); }

}  // namespace minipkg::os
