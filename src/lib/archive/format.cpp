// SPDX-License-Identifier: MIT
#include "lib/archive/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace minipkg::archive {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  Format format;
  std::string_view name;
};

constexpr std::array<Magic, 29> magics{{
    {"\x1F\x8B"sv, Format::gzip, "gzip data"},
    {"\xFD\x37zXZ\0"sv, Format::xz, "xz data"},
    {"\x28\xB5\x2F\xFD"sv, Format::zstd, "zstd data"},
    {"BZh"sv, Format::bzip2, "bzip2 data"},
    {"\x04\x22\x4D\x18"sv, Format::lz4, "lz4 data"},
    {"\xED\xAB\xEE\xDB"sv, Format::other, "an RPM package"},
    {"!<arch>\ndebian-binary"sv, Format::other, "a Debian package"},
    {"!<arch>\n"sv, Format::other, "an ar archive"},
    {"ADB"sv, Format::other, "an apk v3 package"},
    {"PK\x03\x04"sv, Format::other, "a zip archive"},
    {"PK\x05\x06"sv, Format::other, "a zip archive"},
    {"7z\xBC\xAF\x27\x1C"sv, Format::other, "a 7-zip archive"},
    {"Rar!"sv, Format::other, "a RAR archive"},
    {"xar!"sv, Format::other, "a xar archive"},
    {"070701"sv, Format::other, "a cpio archive"},
    {"070702"sv, Format::other, "a cpio archive"},
    {"070707"sv, Format::other, "a cpio archive"},
    {"\xC7\x71"sv, Format::other, "a cpio archive"},
    {"LZIP"sv, Format::other, "lzip data"},
    {"\x1F\x9D"sv, Format::other, "compress (.Z) data"},
    {"\x89LZO"sv, Format::other, "lzop data"},
    {"\x5D\0\0"sv, Format::other, "lzma data"},
    {"LRZI"sv, Format::other, "lrzip data"},
    {"begin "sv, Format::other, "uuencoded text"},
    {"#mtree"sv, Format::other, "an mtree list"},
    {"WARC/"sv, Format::other, "a WARC archive"},
    {"#!"sv, Format::other, "a script"},
    {"hsqs"sv, Format::other, "a squashfs image"},
    {"\x7F"
     "ELF"sv,
     Format::other, "an ELF program or library"},
}};

}  // namespace

std::optional<std::uint64_t> tar_octal(std::span<const char> field) {
  auto at = std::find_if_not(field.begin(), field.end(), [](char c) { return c == ' '; });
  if (at == field.end()) return {};
  std::uint64_t value = 0;
  for (; at != field.end() && *at >= '0' && *at <= '7'; ++at) value = value * 8 + static_cast<unsigned>(*at - '0');
  const bool ended = std::all_of(at, field.end(), [](char c) { return c == ' ' || c == '\0'; });
  return ended ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> tar_number(std::span<const char> field) {
  constexpr char base_256 = '\x80';
  if (field[0] != base_256) return tar_octal(field);
  std::uint64_t value = 0;
  for (const char c : field.subspan(1)) {
    if (value >> 56U != 0) return {};
    value = (value << 8U) | static_cast<unsigned char>(c);
  }
  return value;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool has_tar_checksum(std::span<const char> block) {
  if (block.size() < tar_block) return false;
  const auto stored = tar_octal(block.subspan(148, 8));
  std::uint64_t sum = 8 * ' ';  // the checksum's own field counts as spaces
  for (std::size_t i = 0; i < tar_block; ++i) {
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(block[i]);
  }
  return stored && *stored == sum;
}

Sniffed sniff(std::span<const char> start) {
  const bool is_null = std::all_of(start.begin(), start.end(), [](char c) { return c == 0; });
  if (start.size() >= tar_block && (is_null || has_tar_checksum(start))) return {Format::tar, "a tar archive"};
  const std::string_view text(start.data(), start.size());
  for (const Magic& magic : magics) {
    if (text.substr(0, magic.bytes.size()) == magic.bytes) return {magic.format, magic.name};
  }
  return {Format::other, "in no format that is known here"};
}

}  // namespace minipkg::archive
