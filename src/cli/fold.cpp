// SPDX-License-Identifier: MIT
#include "fold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "render_text.hpp"

namespace minipkg::cli {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

void put(std::vector<std::string>& lines, const std::string& piece, std::size_t room) {
  std::string& last = lines.back();
  if (last.empty()) {
    last = piece;
  } else if (width(last) + 1 + width(piece) <= room) {
    last += " " + piece;
  } else {
    lines.push_back(piece);
  }
}

}  // namespace

std::vector<std::string> fold(const std::vector<std::string>& pieces, std::size_t room) {
  std::vector<std::string> lines(1);
  for (const std::string& piece : pieces) {
    const bool is_whole = width(piece) <= room;
    if (!is_whole && !lines.back().empty()) lines.emplace_back();
    for (const std::string& part : is_whole ? std::vector{piece} : words_of(piece)) put(lines, part, room);
    if (!is_whole) lines.emplace_back();
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string folded(const std::string& text, std::size_t columns, std::size_t indent) {
  if (columns <= indent) return text;
  return fmt::format("{}", fmt::join(fold(words_of(text), columns - indent), "\n" + std::string(indent, ' ')));
}

std::string folded_table(const Rows& rows, const Rows& last, std::size_t columns) {
  Rows all = rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all[i].push_back(columns > 0 ? "" : fmt::format("{}", fmt::join(last[i], " ")));
  }
  if (columns == 0) return tabbed(all);
  std::istringstream fields(aligned(all));
  std::string text;
  std::size_t i = 0;
  for (std::string line; std::getline(fields, line); ++i) {
    constexpr std::size_t least = 24, hanging = 4;
    const bool has_room = width(line) + least <= columns;
    const std::size_t indent = has_room ? width(line) : hanging;
    const std::string gap = "\n" + std::string(indent, ' ');
    if (!has_room) line = line.substr(0, line.find_last_not_of(' ') + 1) + gap;
    text += fmt::format("{}{}\n", line, fmt::join(fold(last[i], std::max(columns, indent + 1) - indent), gap));
  }
  return text;
}

}  // namespace minipkg::cli
