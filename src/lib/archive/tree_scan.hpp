// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/fd.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// A directory that is to be packed.
class SourceTree {
 public:
  /// Throws Error(usage) if it cannot be opened.
  explicit SourceTree(std::string directory);

  /// Every path below it as a manifest entry, sorted by path bytes; nothing is followed. Of several names of one inode
  /// the first is the file, the others are hard links to it. Times are left out. Throws Error(refused) for what no
  /// package can hold.
  std::vector<FileEntry> scan(BuildOwners, OddNames) const;

  /// Gives the content of a regular entry to `sink`. Throws Error(refused) if it is not what scan() hashed.
  void read(const FileEntry&, const std::function<void(std::span<const char>)>& sink) const;

 private:
  std::string directory_;
  Fd fd_;
};

}  // namespace minipkg::archive
