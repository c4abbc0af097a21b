// SPDX-License-Identifier: MIT
#include "lib/restart/process_tree.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::restart {
namespace {

bool is_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

bool hangs_on_the_way(const os::MountTable& mounts, std::string_view path) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) {
    return os::may_hang(mount.second.type) && mount.second.point != "/" && is_below(path, mount.second.point);
  });
}

std::string type_in(const os::MountTable& mounts, std::uint64_t id, std::uint64_t device) {
  const auto known = mounts.find(id);
  if (known != mounts.end()) return known->second.type;
  const auto same = std::find_if(mounts.begin(), mounts.end(),
                                 [device](const auto& mount) { return mount.second.file_system == device; });
  return same == mounts.end() ? std::string() : same->second.type;
}

/// From a root that is so many directories below it.
Fd climb(int root, std::string_view root_text) {
  std::string up = ".";
  for (const char byte : root_text) up += byte == '/' ? "/.." : "";
  return Fd(::openat(root, up.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

std::optional<About> about(int dirfd, const char* name) {
  struct statx found {};
  constexpr unsigned mask = STATX_TYPE | STATX_MODE | STATX_UID | STATX_NLINK | STATX_INO | STATX_BTIME | STATX_MNT_ID;
  const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0);
  if (::statx(dirfd, name, flags, mask, &found) != 0) return std::nullopt;
  About about{makedev(found.stx_dev_major, found.stx_dev_minor),
              found.stx_ino,
              0,
              0,
              found.stx_mode,
              found.stx_uid,
              found.stx_nlink};
  if ((found.stx_mask & STATX_BTIME) != 0) {
    about.birth = found.stx_btime.tv_sec * std::int64_t{1'000'000'000} + found.stx_btime.tv_nsec;
  }
  if ((found.stx_mask & STATX_MNT_ID) != 0) about.mount = found.stx_mnt_id;
  return about;
}

std::optional<TreeKey> ProcessTree::key_of(int process) {
  const auto root = about(process, "root");
  if (!root) return std::nullopt;
  return TreeKey{root->mount, root->dev, root->ino};
}

std::optional<ProcessTree> ProcessTree::open(int process) {
  ProcessTree tree;
  tree.root_.reset(::openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!tree.root_) return std::nullopt;
  tree.root_text_ = os::link_text(process, "root");
  const auto root = about(tree.root_.get(), "");
  tree.is_gone_ = root && root->links == 0;
  if (tree.root_text_ == "/") tree.root_text_.clear();
  tree.outermost_ = climb(tree.root_.get(), tree.root_text_);
  std::string text;
  if (os::read_text(process, "mountinfo", text)) tree.mounts_ = os::parse_mounts(text);
  tree.own_mounts_ = os::read_mounts();
  return tree;
}

ProcessTree::Place ProcessTree::place_of(std::string_view link_text) const {
  if (is_below(link_text, root_text_)) {
    return {Place::From::root, std::string(link_text.substr(root_text_.size()))};
  }
  return {Place::From::outside, std::string(link_text)};
}

int ProcessTree::origin(const Place& place) const {
  return place.from == Place::From::root ? root_.get() : outermost_.get();
}

Fd ProcessTree::open_at(const Place& place) const {
  return os::open_in_root(origin(place), place.path.empty() ? "/" : place.path, O_PATH);
}

std::string ProcessTree::mount_type(std::uint64_t mount, std::uint64_t device) const {
  std::string type = type_in(mounts_, mount, device);
  return type.empty() ? type_in(own_mounts_, mount, device) : type;
}

/// A changed root hides the mounts around it from its process's table: those are looked up in the caller's.
bool ProcessTree::may_hang(const Place& place) const {
  if (place.from == Place::From::root && hangs_on_the_way(mounts_, place.path)) return true;
  const bool is_hidden = place.from == Place::From::outside || mounts_.empty();
  return is_hidden &&
         hangs_on_the_way(own_mounts_, place.from == Place::From::outside ? place.path : root_text_ + place.path);
}

}  // namespace minipkg::restart
