// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace minipkg {

struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0 where the text does not begin with a valid sequence
};

/// Decodes the first character; overlong forms, surrogates and numbers over U+10FFFF are not valid.
Utf8Char first_utf8_char(std::string_view text);

bool is_utf8(std::string_view text);

/// Control characters, and the format characters that a terminal shows as nothing or that change what it shows of their
/// neighbours: bidirectional marks, overrides and isolates, separators of lines, zero widths, tags.
bool is_unprintable(char32_t);

/// Every invalid byte becomes U+FFFD.
std::string lossy_utf8(std::string_view bytes);

std::string base64(std::string_view bytes);
/// False if `text` is not strict base64 with padding.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace minipkg
