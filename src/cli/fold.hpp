// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace minipkg::cli {

/// Lays pieces out in lines of at most `room` columns, a space between two. A piece that needs more is divided at its
/// spaces and shares no line with others; a word that needs more stays whole, for nothing is ever cut.
std::vector<std::string> fold(const std::vector<std::string>& pieces, std::size_t room);

/// The same for a text of words; lines after the first begin with `indent` spaces. 0 columns: one line.
std::string folded(const std::string& text, std::size_t columns, std::size_t indent);

/// Rows aligned below each other, with one more column of pieces each, which is folded below itself, or, where it has
/// little room, below the others. 0 columns: separated by tabs.
std::string folded_table(const std::vector<std::vector<std::string>>& rows,
                         const std::vector<std::vector<std::string>>& last, std::size_t columns);

}  // namespace minipkg::cli
