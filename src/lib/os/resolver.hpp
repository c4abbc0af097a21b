// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "lib/os/tree.hpp"

namespace minipkg::os {

/// Where a directory that a package names really is, following symlinks as path_resolution(7) does inside a chroot:
/// an absolute target starts at the root, ".." never leaves it. A symlink is followed only if root (or the caller)
/// owns it, or the owner of the directory it leads to does: nobody else may steer where root writes.
class Resolver {
 public:
  struct Resolved {
    std::string canonical;  ///< without symlinks; need not exist
    std::string unsafe;     ///< why it cannot be walked; empty: it can
  };
  /// What will be at a canonical path, where that is known before it is made: the text of a symlink, "" for a
  /// directory; nothing: ask the disk.
  using Planned = std::function<std::optional<std::string>(const std::string& canonical)>;

  explicit Resolver(const Tree& root, Planned planned = {}) : root_(root), planned_(std::move(planned)) {}

  /// `directory` is absolute and normalised.
  Resolved resolve(const std::string& directory);

 private:
  Resolved follow(const std::string& canonical, int depth);
  Resolved walk(const std::string& path, int depth);
  Resolved through(const std::string& link, const std::string& target, std::optional<std::uint32_t> owner, int depth);

  const Tree& root_;
  Planned planned_;
  std::unordered_map<std::string, Resolved> known_;
};

}  // namespace minipkg::os
