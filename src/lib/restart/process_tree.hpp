// SPDX-License-Identifier: MIT
#pragma once
#include <sys/stat.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/fd.hpp"
#include "lib/os/mounts.hpp"
#include "minipkg/plan.hpp"

namespace minipkg::restart {

/// statx(2) of an open file, without waiting for a server.
struct About {
  std::uint64_t dev = 0, ino = 0;
  std::int64_t birth = 0;
  std::uint64_t mount = 0;  ///< id
  std::uint32_t mode = 0, uid = 0, links = 0;

  bool is_regular() const { return S_ISREG(mode); }
  Identity identity() const { return {dev, ino, birth}; }
  bool operator==(const About& other) const { return dev == other.dev && ino == other.ino; }
};
/// Of `name` below `dirfd`, links followed; of `dirfd` itself if it is empty. Nothing and errno set if it cannot be
/// followed.
std::optional<About> about(int dirfd, const char* name);

/// Tells the root directories of processes apart: whoever has the same mount and inode for a root sees the same tree,
/// whatever its mount namespace is called.
struct TreeKey {
  std::uint64_t mount = 0, dev = 0, ino = 0;
  auto operator<=>(const TreeKey&) const = default;
};

/// A tree of files as a process sees it, and where the texts of its /proc links belong in it.
///
/// Such a text is told from the root of who reads it. For a process whose mounts the reader's root is none of, it is
/// told from the outermost directory of the process's mounts. In both cases a process with a root of its own in there
/// (chroot) has names in /proc that begin with that root's; names that do not are outside of it: mapped before
/// chroot(2).
class ProcessTree {
 public:
  /// That of the process whose /proc directory this is. Nothing and errno set if the caller may not look.
  static std::optional<TreeKey> key_of(int process);
  static std::optional<ProcessTree> open(int process);

  /// Its root directory was removed, and all that was in it: nothing can be said of its files.
  bool is_gone() const { return is_gone_; }

  /// A place in the tree.
  struct Place {
    enum class From { root, outside } from = From::root;
    std::string path;  ///< below where it is told from: "/usr/lib/x"
  };
  Place place_of(std::string_view link_text) const;
  /// O_PATH, links followed as the process would. Empty and errno set if it cannot.
  Fd open_at(const Place&) const;
  /// The directory that paths of such places are told from.
  int origin(const Place&) const;

  /// The type of the file system that is mounted with this id or, where it is not known, has this device. Empty if the
  /// process and the caller see no such mount: a memfd, SysV memory, /dev/zero, aio; a file system that is detached.
  std::string mount_type(std::uint64_t mount, std::uint64_t device) const;
  /// Whether looking at the place could take for ever.
  bool may_hang(const Place&) const;

 private:
  Fd root_, outermost_;
  bool is_gone_ = false;
  std::string root_text_;  ///< without a '/' at its end
  os::MountTable mounts_, own_mounts_;
};

}  // namespace minipkg::restart
