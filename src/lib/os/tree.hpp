// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/base/fd.hpp"

namespace minipkg::os {

/// Directories below one descriptor, reached by descriptor only: no component of a path given here is ever followed
/// if it is a symlink. openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, one O_NOFOLLOW openat(2) a component
/// where the kernel lacks it.
class Tree {
 public:
  Tree() = default;
  /// `name` stands for the tree's top in messages.
  Tree(Fd top, std::string name) : top_(std::move(top)), name_(std::move(name)) {}

  int fd() const { return top_.get(); }
  const std::string& name() const { return name_; }
  /// "<name>/usr/bin" for messages.
  std::string full_name(std::string_view path) const;

  /// O_PATH descriptor of an absolute directory path below the tree, kept for the next caller. Valid until forget() or
  /// some hundred other directories have been asked for. Throws Error naming the full path.
  int directory(std::string_view path) const;
  /// The same, -1 with errno where it does not exist or is no directory.
  int try_directory(std::string_view path) const;
  /// Descriptors may lead to directories that have moved: opens them anew from now on.
  void forget() const {
    known_.clear();
    older_.clear();
  }

 private:
  Fd top_;
  std::string name_;
  mutable std::unordered_map<std::string, Fd> known_, older_;  ///< two generations: what is in use is never closed
};

/// Opens a directory below `dirfd` without following any symlink; -1 with errno. `flags` is O_PATH or O_RDONLY.
int open_beneath(int dirfd, const std::string& relative, int flags);

}  // namespace minipkg::os
