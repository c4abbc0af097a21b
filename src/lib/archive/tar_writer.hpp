// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// Writes a tar archive in the pax format: ustar headers, and pax records only for what does not fit them. The same
/// members give the same bytes on every machine, in every locale and with every version of every library.
class TarWriter {
 public:
  using Sink = std::function<void(std::span<const char>)>;
  explicit TarWriter(Sink sink) : sink_(std::move(sink)) {}

  /// The header. For a regular file with content its `entry.size` bytes must follow.
  void begin(const FileEntry& entry);
  void data(std::span<const char> bytes);
  /// Fills up to a whole block.
  void end();
  /// A member that is held in memory, root's, 0644.
  void add_text(const std::string& name, std::string_view text, std::int64_t mtime);
  /// The end mark.
  void finish();

 private:
  void put(std::string_view bytes) { sink_({bytes.data(), bytes.size()}); }

  Sink sink_;
  std::uint64_t written_ = 0;
};

}  // namespace minipkg::archive
