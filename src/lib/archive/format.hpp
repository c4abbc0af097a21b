// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace minipkg::archive {

inline constexpr std::size_t tar_block = 512;
constexpr std::uint64_t whole_blocks(std::uint64_t size) { return (size + tar_block - 1) / tar_block * tar_block; }

enum class Format { tar, gzip, xz, zstd, bzip2, lz4, other };

struct Sniffed {
  Format format = Format::other;
  std::string_view name;  ///< "an RPM package", "a zip archive", …
};

/// Tells what a file is by its first 512 bytes.
Sniffed sniff(std::span<const char> start);

/// True if the tar header's checksum is that of its bytes.
bool has_tar_checksum(std::span<const char> block);

/// A number field in octal digits, ended by NUL or space; one of NULs is 0. Nothing if it is anything else: blanks are
/// 0 to libarchive, and to GNU tar all bits.
std::optional<std::uint64_t> tar_octal(std::span<const char> field);

/// Octal, or GNU's form for what does not fit: the top bit set, then a big-endian number.
std::optional<std::uint64_t> tar_number(std::span<const char> field);

/// Of pax: decimal digits and nothing else.
std::optional<std::uint64_t> decimal(std::string_view text);

}  // namespace minipkg::archive
