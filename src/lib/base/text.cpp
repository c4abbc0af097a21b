// SPDX-License-Identifier: MIT
#include "minipkg/text.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "lib/base/utf8.hpp"

namespace minipkg {
namespace {

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      break;
  }
  const auto number = static_cast<std::uint32_t>(c);
  out += c < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{{{:04x}}}", number);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = first_utf8_char(text);
    if (next.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_unprintable(next.code) || next.code == '\\') {
      append_escaped(out, next.code);
    } else {
      out += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

const char* program_version() { return MINIPKG_VERSION; }

}  // namespace minipkg
