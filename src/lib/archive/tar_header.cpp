// SPDX-License-Identifier: MIT
#include "lib/archive/tar_header.hpp"

#include <algorithm>

namespace minipkg::archive {
namespace {

/// GNU's form for numbers that do not fit: the top bit set, then a big-endian two's complement number.
std::optional<std::int64_t> base256(std::span<const char> field) {
  const auto first = static_cast<unsigned char>(field[0]);
  const bool negative = (first & 0x40U) != 0;
  const std::uint64_t sign_bits = negative ? 0xFF : 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto byte = static_cast<unsigned char>(i == 0 ? (first & 0x7FU) | (sign_bits & 0x80U)
                                                        : static_cast<unsigned char>(field[i]));
    if (field.size() - i > 8) {
      if (byte != sign_bits) return {};
      continue;
    }
    value = (value << 8U) | byte;
  }
  const auto result = static_cast<std::int64_t>(value);
  if ((result < 0) != negative) return {};
  return result;
}

}  // namespace

std::optional<std::uint64_t> tar_octal(std::span<const char> field) {
  auto at = std::find_if_not(field.begin(), field.end(), [](char c) { return c == ' '; });
  std::uint64_t value = 0;
  for (; at != field.end() && *at >= '0' && *at <= '7'; ++at) value = value * 8 + static_cast<unsigned>(*at - '0');
  const bool ended = std::all_of(at, field.end(), [](char c) { return c == ' ' || c == '\0'; });
  return ended ? std::optional(value) : std::nullopt;
}

Dialect TarHeader::dialect() const {
  const std::string_view magic(block_.data() + 257, 8);
  if (magic == "ustar  " + std::string(1, '\0')) return Dialect::gnu;
  if (magic.substr(0, 5) != "ustar") return Dialect::v7;
  const bool is_star = std::string_view(block_.data() + 508, 4) == std::string_view("tar\0", 4) && block_[475] == 0;
  return is_star ? Dialect::star : Dialect::ustar;
}

std::string TarHeader::text(std::size_t at, std::size_t length) const {
  const std::string_view field(block_.data() + at, length);
  return std::string(field.substr(0, field.find('\0')));
}

std::string TarHeader::name() const {
  const std::string own = text(0, 100);
  const Dialect dialect = this->dialect();
  if (dialect == Dialect::v7 || dialect == Dialect::gnu) return own;
  const std::string prefix = text(345, dialect == Dialect::star ? 131 : 155);
  return prefix.empty() ? own : prefix + "/" + own;
}

std::optional<std::int64_t> TarHeader::number(std::size_t at, std::size_t length) const {
  const std::span<const char> field = block_.subspan(at, length);
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) return base256(field);
  const std::optional<std::uint64_t> value = tar_octal(field);
  return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

std::optional<std::uint64_t> TarHeader::unsigned_number(std::size_t at, std::size_t length) const {
  const std::optional<std::int64_t> value = number(at, length);
  return value && *value >= 0 ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

}  // namespace minipkg::archive
