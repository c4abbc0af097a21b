// SPDX-License-Identifier: MIT
#include "lib/transaction/keep.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/base/retry.hpp"
#include "lib/base/write_all.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/special_file.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

/// EPERM: no hard links there. EMLINK: this file has as many names as it may.
bool knows_no_link(int error) { return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK; }

/// Whoever owns the directory may have exchanged the file since it was looked at.
void check_same(const OnDisk& before, const std::optional<os::FileStat>& now, FileSystem fs, const std::string& path) {
  if (now && is_same(before, now->disk, fs) && is_unchanged(before, now->disk)) return;
  fail(on_failure, "keep", path, "somebody changed it meanwhile", "run the command again");
}

void copy_bytes(int from, const LiveTree::Name& to) {
  const Fd out(::openat(to.dirfd, to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) fail_errno("keep a copy of", to.path, errno, on_failure);
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = retry([&] { return ::read(from, buffer.data(), buffer.size()); });
    if (got < 0) fail_errno("read", to.path, errno, on_failure);
    if (got == 0) return;
    if (!write_all(out.get(), {buffer.data(), static_cast<std::size_t>(got)})) {
      fail_errno("keep a copy of", to.path, errno, on_failure);
    }
  }
}

/// To read it where it has content, otherwise only to ask for what it is.
Fd open_one(const LiveTree::Name& name, FileType type) {
  Fd file = type == FileType::regular ? open_regular(name.dirfd, name.c_str())
                                      : Fd(::openat(name.dirfd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file) fail_errno("open", name.path, errno, on_failure);
  return file;
}

void make_another(int from, const LiveTree::Name& to, const OnDisk& disk) {
  if (disk.type == FileType::regular) return copy_bytes(from, to);
  os::SpecialFile special{disk.type, {}, disk.dev_major, disk.dev_minor};
  if (disk.type == FileType::symlink) special.target = os::read_link(from, "", to.path);
  if (os::make_special_file(to.dirfd, to.c_str(), special) != 0) {
    fail_errno("keep a copy of", to.path, errno, on_failure);
  }
}

/// Content and attributes are those of one file, the one that was looked at.
void copy(const LiveTree::Name& from, const LiveTree::Name& to, const OnDisk& before, FileSystem fs) {
  const Fd file = open_one(from, before.type);
  check_same(before, os::look(file.get(), "", from.path), fs, from.path);
  make_another(file.get(), to, before);
  OnDisk made = look(to)->disk;
  Attributes attributes;
  attributes.mode = before.mode, attributes.uid = before.uid, attributes.gid = before.gid;
  attributes.set = os::read_xattrs(file.get(), from.path);
  os::set_attributes(to.dirfd, to.c_str(), os::as_held(attributes, fs, made), made, to.path);
  os::set_mtime(to.dirfd, to.c_str(), made, os::mtime_of(before), to.path);
}

/// False where the file system has no hard links, or no more for this file.
bool link(const LiveTree::Name& from, const LiveTree::Name& to) {
  if (::linkat(from.dirfd, from.c_str(), to.dirfd, to.c_str(), 0) == 0) return true;
  if (!knows_no_link(errno)) fail_errno("link", from.path, errno, on_failure);
  return false;
}

}  // namespace

void link_or_copy(const LiveTree::Name& from, const LiveTree::Name& to, const OnDisk& before, FileSystem fs) {
  if (!link(from, to)) return copy(from, to, before, fs);
  check_same(before, look(to), fs, from.path);
}

void Keeper::keep(std::size_t step, const OnDisk& before) {
  const LiveTree::Name live = tree_.live(tree_.journal().steps[step].path);
  const LiveTree::Name kept = tree_.kept(step);
  if (tree_.fs(step) == FileSystem::layered && before.links > 1) {
    const auto [first, is_new] = copied_.emplace(before.identity.ino, step);
    const bool linked = !is_new && link(tree_.kept(first->second), kept);
    if (!linked) copy(live, kept, before, FileSystem::layered);
  } else if (link(live, kept)) {
    check_same(before, look(kept), tree_.fs(step), live.path);
  } else if (tree_.journal().steps[step].kind == StepKind::replace_file) {
    copy(live, kept, before, tree_.fs(step));
  }
}

}  // namespace minipkg::transaction
