// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace minipkg::signature {

/// The bytes of a file that stays open, in pieces.
struct Content {
  std::string name;  ///< for messages, and what its signature stands beside
  /// Up to the buffer's size; less only at the end. Throws Error.
  std::function<std::size_t(std::uint64_t offset, std::span<char> buffer)> read_at;

  /// From the beginning to the end. The last piece may be the only one, and empty.
  void for_each_piece(const std::function<void(std::span<const char>)>&) const;
};

}  // namespace minipkg::signature
