// SPDX-License-Identifier: MIT
#include "lib/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace minipkg {

Utf8Char first_utf8_char(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return {};
    code = (code << 6U) | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest.at(length) || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char next = first_utf8_char(text);
    if (next.length == 0) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

bool is_unprintable(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  // C0, DEL and C1, lines and paragraphs, then Default_Ignorable_Code_Point of Unicode 15, which show nothing, so that
  // two names that differ would look alike, and the annotations.
  constexpr std::array<Range, 19> ranges{{{0x00, 0x1F},
                                          {0x7F, 0x9F},
                                          {0xAD, 0xAD},
                                          {0x034F, 0x034F},
                                          {0x061C, 0x061C},
                                          {0x115F, 0x1160},
                                          {0x17B4, 0x17B5},
                                          {0x180B, 0x180F},
                                          {0x200B, 0x200F},
                                          {0x2028, 0x202E},
                                          {0x2060, 0x206F},
                                          {0x3164, 0x3164},
                                          {0xFE00, 0xFE0F},
                                          {0xFEFF, 0xFEFF},
                                          {0xFFA0, 0xFFA0},
                                          {0xFFF0, 0xFFFB},
                                          {0x1BCA0, 0x1BCA3},
                                          {0x1D173, 0x1D17A},
                                          {0xE0000, 0xE0FFF}}};
  return std::any_of(ranges.begin(), ranges.end(), [c](Range range) { return c >= range.first && c <= range.last; });
}

std::string lossy_utf8(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Utf8Char next = first_utf8_char(bytes);
    out += next.length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, next.length);
    bytes.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  return out;
}

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j > bytes.size() ? '=' : alphabet[(group >> (18U - 6U * j)) & 63U];
    }
  }
  return out;
}

bool from_base64(std::string_view text, std::string& bytes) {
  bytes.clear();
  if (text.size() % 4 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t padding = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const char c = text[i + j];
      const std::size_t value = alphabet.find(c);
      const bool pad = c == '=' && i + 4 == text.size() && j >= 2;
      if ((value == std::string_view::npos && !pad) || (padding > 0 && !pad)) return false;
      padding += pad ? 1U : 0U;
      group = (group << 6U) | (pad ? 0U : static_cast<std::uint32_t>(value));
    }
    for (std::size_t j = 0; j < 3 - padding; ++j) bytes += static_cast<char>((group >> (16U - 8U * j)) & 0xFFU);
  }
  return true;
}

}  // namespace minipkg
