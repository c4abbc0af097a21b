// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <string>

#include "lib/archive/format.hpp"
#include "lib/archive/input_file.hpp"

namespace minipkg::archive {

/// Bytes in pieces, each in a buffer of the source and good until the next call.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Empty at the end, and only there. Throws Error(bad_package) for damaged or truncated compression, a wrong
  /// checksum, and anything behind the end of the compressed data.
  virtual std::span<const char> next() = 0;
};

/// Refuses by name what no package begins with.
Sniffed known_format(const std::string& file, std::span<const char> start);

/// The bytes of the tar archive in `file`, decompressed if it is: gzip, xz, zstd, bzip2 or lz4, one deep. Everything
/// else is refused by name. `file` must outlive the source.
std::unique_ptr<ByteSource> open_source(const InputFile& file);

}  // namespace minipkg::archive
