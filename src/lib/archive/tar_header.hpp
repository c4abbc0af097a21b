// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace minipkg::archive {

inline constexpr std::size_t tar_block = 512;

enum class Dialect { v7, ustar, star, gnu };

/// One header block of a tar archive, as it stands there; tar(5).
class TarHeader {
 public:
  explicit TarHeader(std::span<const char, tar_block> block) : block_(block) {}

  Dialect dialect() const;
  char type() const { return block_[156]; }
  std::string name() const;  ///< with ustar's prefix
  std::string link() const { return text(157, 100); }
  std::string user() const { return dialect() == Dialect::v7 ? "" : text(265, 32); }
  std::string group() const { return dialect() == Dialect::v7 ? "" : text(297, 32); }

  // Nothing where the field is no number, or a negative one that must not be.
  std::optional<std::uint64_t> mode() const { return unsigned_number(100, 8); }
  std::optional<std::uint64_t> uid() const { return unsigned_number(108, 8); }
  std::optional<std::uint64_t> gid() const { return unsigned_number(116, 8); }
  std::optional<std::uint64_t> size() const { return unsigned_number(124, 12); }
  std::optional<std::int64_t> mtime() const { return number(136, 12); }
  std::optional<std::uint64_t> device_major() const { return unsigned_number(329, 8); }
  std::optional<std::uint64_t> device_minor() const { return unsigned_number(337, 8); }

  std::optional<std::int64_t> number(std::size_t at, std::size_t length) const;
  std::optional<std::uint64_t> unsigned_number(std::size_t at, std::size_t length) const;
  char byte(std::size_t at) const { return block_[at]; }

 private:
  std::string text(std::size_t at, std::size_t length) const;

  std::span<const char, tar_block> block_;
};

/// A number field in octal digits, ended by NUL or space; one without digits is 0. Nothing if it is anything else.
std::optional<std::uint64_t> tar_octal(std::span<const char> field);

}  // namespace minipkg::archive
