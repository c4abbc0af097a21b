// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// What a row may hold beyond its types: a database that somebody else made may hold anything, and code further up
/// relies on enumerators, on paths that lead down, and on indices. All throw Error(cannot_answer).
namespace minipkg::store {

[[noreturn]] void refuse_value(std::string_view what);

/// The enumerator with this number, from `first` to `last`.
template <typename Enum>
Enum enumerator(std::int64_t number, Enum last, Enum first = Enum{}) {
  const bool is_one = number >= static_cast<std::int64_t>(first) && number <= static_cast<std::int64_t>(last);
  if (!is_one) refuse_value("a kind that is none");
  return static_cast<Enum>(number);
}

/// Absolute, each component a name. Odd names are for those who print them.
std::string checked_path(std::string path);

/// One name in a directory.
std::string checked_name(std::string name);

}  // namespace minipkg::store
