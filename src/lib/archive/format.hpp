// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string_view>

namespace minipkg::archive {

enum class Format { tar, gzip, xz, zstd, bzip2, lz4, other };

struct Sniffed {
  Format format = Format::other;
  std::string_view name;  ///< "an RPM package", "a zip archive", …
};

/// Tells what a file is by its first 512 bytes.
Sniffed sniff(std::span<const char> start);

/// True if the tar header's checksum is that of its bytes.
bool has_tar_checksum(std::span<const char> block);

}  // namespace minipkg::archive
