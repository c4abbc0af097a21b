// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>

#include "lib/base/fd.hpp"
#include "lib/transaction/live_tree.hpp"

namespace minipkg::transaction {

/// A regular file while its content is written: for its owner only, and of the size that the last byte gives it.
/// Everything throws Error(rolled_back) that names `path`: what it will be, not where it is staged.
class NewFile {
 public:
  NewFile() = default;
  /// Creates it as `staged`, where nothing may stand.
  NewFile(const LiveTree::Name& staged, std::string path);

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }
  /// Offsets only grow; what lies between is a hole.
  void write(std::uint64_t offset, std::span<const char> bytes);
  /// A hole at its end, up to `size`.
  void extend(std::uint64_t size);

 private:
  Fd fd_;
  std::string path_;
  std::uint64_t written_ = 0;  ///< where the last byte ends
};

}  // namespace minipkg::transaction
