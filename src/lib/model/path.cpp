// SPDX-License-Identifier: MIT
#include "lib/model/path.hpp"

#include <algorithm>

namespace minipkg {
namespace {

constexpr std::size_t longest_component = 255;
constexpr std::size_t longest_path = 4095;
constexpr std::ptrdiff_t deepest_path = 512;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

std::string why_bad_component(std::string_view component) {
  if (component.empty()) return "has an empty component";
  if (component == ".") return "has a '.' component";
  if (component == "..") return "has a '..' component";
  if (component.size() > longest_component) return "has a component longer than 255 bytes";
  return {};
}

}  // namespace

std::string why_bad_path(std::string_view path, OddNames odd) {
  if (path.empty()) return "is empty";
  if (path.find('\0') != std::string_view::npos) return "has a NUL byte";
  if (odd == OddNames::refuse && std::any_of(path.begin(), path.end(), is_control)) return "has a control character";
  if (path.front() != '/') return "is not absolute";
  if (path.size() > longest_path) return "is longer than 4095 bytes";
  if (path == "/") return {};
  if (std::count(path.begin(), path.end(), '/') > deepest_path) return "is deeper than 512 directories";
  for (std::string_view rest = path.substr(1);;) {
    const std::size_t slash = rest.find('/');
    if (std::string why = why_bad_component(rest.substr(0, slash)); !why.empty()) return why;
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

std::string path_of_member(std::string_view member) {
  // An absolute name keeps its slash and so gets an empty first component: why_bad_path finds it.
  while (member.substr(0, 2) == "./") {
    member.remove_prefix(2);
    if (!member.empty() && member.front() == '/') break;
  }
  if (member == ".") member = {};
  if (member.size() > 1 && member.back() == '/') member.remove_suffix(1);
  return "/" + std::string(member);
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? std::string_view("/") : path.substr(0, slash);
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string child_path(std::string_view directory, std::string_view name) {
  std::string path(directory == "/" ? std::string_view() : directory);
  path += '/';
  path += name;
  return path;
}

bool is_at_or_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return !path.empty() && path.front() == '/';
  return path.substr(0, directory.size()) == directory &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace minipkg
