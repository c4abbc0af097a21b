// SPDX-License-Identifier: MIT
#include "lib/restart/units.hpp"

#include <algorithm>
#include <array>

namespace minipkg::restart {
namespace {

/// Takes what stands before `separator` off `text`, and the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

bool is_unit(std::string_view name) {
  constexpr std::array<std::string_view, 5> kinds{".service", ".scope", ".socket", ".mount", ".swap"};
  return std::any_of(kinds.begin(), kinds.end(),
                     [name](std::string_view kind) { return name.size() > kind.size() && name.ends_with(kind); });
}

/// systemd puts '_' before a name that could be taken for one of the kernel's files.
std::string_view unescape(std::string_view component) {
  if (component.starts_with('_')) component.remove_prefix(1);
  return component;
}

}  // namespace

std::string cgroup_path(std::string_view cgroup_text) {
  std::string_view systemd, unified, other;
  while (!cgroup_text.empty()) {
    std::string_view line = take_until(cgroup_text, '\n');
    const std::string_view hierarchy = take_until(line, ':');
    const std::string_view controllers = take_until(line, ':');
    if (line.empty() || line == "/") continue;
    if (controllers == "name=systemd") {
      systemd = line;
    } else if (hierarchy == "0") {
      unified = line;
    } else if (other.empty()) {
      other = line;
    }
  }
  for (const std::string_view path : {systemd, unified, other}) {
    if (!path.empty()) return std::string(path);
  }
  return "/";
}

std::string unit_of(std::string_view cgroup_path) {
  constexpr std::string_view deleted = " (deleted)";  // the group was removed, the process is about to end
  if (cgroup_path.ends_with(deleted)) cgroup_path.remove_suffix(deleted.size());
  while (!cgroup_path.empty()) {
    const std::string_view component = unescape(take_until(cgroup_path, '/'));
    if (component.empty() || component.ends_with(".slice")) continue;
    return is_unit(component) ? std::string(component) : std::string();
  }
  return {};
}

Placement placement_of(std::string_view cgroup_text) {
  Placement placement;
  placement.cgroup = cgroup_path(cgroup_text);
  placement.unit = unit_of(placement.cgroup);
  return placement;
}

}  // namespace minipkg::restart
