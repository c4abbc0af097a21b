// SPDX-License-Identifier: MIT
#include "lib/restart/script_history.hpp"

#include <algorithm>
#include <tuple>

#include "lib/model/path.hpp"
#include "lib/restart/script_arguments.hpp"

namespace minipkg::restart {
namespace {

/// Whether an undo brought it back, and no later transaction took it away again.
bool is_there_now(const RetiredInode& inode, const History& history) {
  return inode.returned && std::none_of(history.begin(), history.end(), [&](const RetiredInode* other) {
           return !other->returned && other->identity == inode.identity;
         });
}

bool lies_among_python_modules(std::string_view path) {
  for (path = parent_path(path); path.size() > 1; path = parent_path(path)) {
    if (holds_python_modules(path)) return true;
  }
  return false;
}

}  // namespace

void sort_by_time(History& history) {
  std::sort(history.begin(), history.end(), [](const RetiredInode* left, const RetiredInode* right) {
    return std::tie(left->renamed, left->transaction, left->identity.ino) <
           std::tie(right->renamed, right->transaction, right->identity.ino);
  });
}

std::int64_t began_by(std::uint64_t start_time, std::int64_t ticks_per_second) {
  const std::int64_t tick = std::int64_t{1'000'000'000} / ticks_per_second;
  return (static_cast<std::int64_t>(start_time) + 1) * tick;
}

const RetiredInode* read_by(const History& history, std::int64_t began_by) {
  const auto first = std::find_if(history.begin(), history.end(),
                                  [began_by](const RetiredInode* inode) { return inode->renamed >= began_by; });
  return first == history.end() || is_there_now(**first, history) ? nullptr : *first;
}

bool is_module(Language language) {
  return language == Language::python || language == Language::perl || language == Language::ruby ||
         language == Language::javascript;
}

Language language_of_extension(std::string_view path) {
  if (path.ends_with(".node")) return Language::javascript;
  if (!path.ends_with(".so")) return Language::none;
  if (lies_among_python_modules(path)) return Language::python;
  if (path.find("/auto/") != std::string_view::npos) return Language::perl;
  return path.find("/ruby/") != std::string_view::npos ? Language::ruby : Language::none;
}

}  // namespace minipkg::restart
