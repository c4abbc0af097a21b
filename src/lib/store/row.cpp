// SPDX-License-Identifier: MIT
#include "lib/store/row.hpp"

#include <fmt/format.h>

#include "minipkg/error.hpp"

namespace minipkg::store {
namespace {

bool is_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

bool leads_down(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  if (path == "/") return true;
  for (path.remove_prefix(1);;) {
    const std::size_t slash = path.find('/');
    if (!is_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void refuse_value(std::string_view what) {
  throw Error(ErrorKind::cannot_answer, fmt::format("cannot read the database: it is damaged, it holds {}", what));
}

std::string checked_path(std::string path) {
  if (!leads_down(path)) refuse_value("a path that is none");
  return path;
}

std::string checked_name(std::string name) {
  if (!is_name(name)) refuse_value("a name that is none");
  return name;
}

}  // namespace minipkg::store
