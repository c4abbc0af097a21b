// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>

#include "lib/base/fd.hpp"

namespace minipkg::archive {

/// What may come out of a pipe, which need not end.
struct PipeRules {
  std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Told the first 512 bytes before more is read; may throw.
  std::function<void(std::span<const char>)> look_at_start;
};

/// A package file, opened once: every later look goes through this descriptor, so that nobody can put another file
/// in its place between two of them.
class InputFile {
 public:
  /// "-" is stdin. What cannot be read twice (pipes) is copied to an unlinked temporary file first. Throws
  /// Error(usage) if it cannot be opened.
  explicit InputFile(std::string name, const PipeRules& = {});

  /// From now on nobody else can change what is read: where others may write to the file, or the file system is not
  /// simply a disk of this machine, it is copied to an unlinked temporary file.
  void make_private();

  const std::string& name() const { return name_; }
  int fd() const { return fd_.get(); }
  std::uint64_t size() const { return size_; }
  /// Reads up to `buffer.size()` bytes at `offset`; less only at the end of the file.
  std::size_t read_at(std::uint64_t offset, std::span<char> buffer) const;

 private:
  void copy(int from, const PipeRules&);

  std::string name_;
  Fd fd_;
  std::uint64_t size_ = 0;
  bool copied_ = false;  ///< to a file that only this process knows
};

}  // namespace minipkg::archive
