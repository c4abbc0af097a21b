// SPDX-License-Identifier: MIT
#include "lib/restart/placement.hpp"

#include <algorithm>
#include <array>

#include "lib/restart/container_name.hpp"

namespace minipkg::restart {
namespace {

/// Takes what stands before `separator` off `text`, and the separator.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  return text;
}

/// systemd puts '_' before a name that could be taken for one of the kernel's files.
std::string_view unescaped(std::string_view component) {
  if (component.starts_with('_')) component.remove_prefix(1);
  return component;
}

/// "3" of "session-3.scope"
std::string_view session_of(std::string_view unit) {
  constexpr std::string_view prefix = "session-", suffix = ".scope";
  if (!unit.starts_with(prefix) || !unit.ends_with(suffix)) return {};
  return unit.substr(prefix.size(), unit.size() - prefix.size() - suffix.size());
}

bool is_user_manager(std::string_view unit) { return unit.starts_with("user@") && unit.ends_with(".service"); }

/// Reads a path from the outside in.
class Descent {
 public:
  explicit Descent(Placement& placement) : placement_(placement) {}

  /// False: what is further in is managed by the container's own.
  bool enter(std::string_view component) {
    note_unit(component);
    placement_.container = container_named(component, outer_);
    outer_ = component;
    return placement_.container.engine.empty();
  }

 private:
  void note_unit(std::string_view component) {
    const bool in_unit = !placement_.unit.empty();
    if (component.ends_with(".slice")) {
      if (!in_unit && !is_foreign_) placement_.slice = component;
    } else if (!in_unit) {
      if (is_foreign_ || !is_unit_name(component)) {
        is_foreign_ = true;
        return;
      }
      placement_.unit = component;
      placement_.session = session_of(component);
    } else if (is_user_manager(placement_.unit) && placement_.user_unit.empty() && is_unit_name(component)) {
      placement_.user_unit = component;
    }
  }

  Placement& placement_;
  std::string_view outer_;
  bool is_foreign_ = false;  ///< below a group that is nobody's unit
};

/// What is left of the path below `root`; false if it is not below.
bool strip_root(std::string_view& path, std::string_view root) {
  root = without_suffix(root, "/");
  if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/')) return false;
  path.remove_prefix(root.size());
  // From inside a cgroup namespace everything else is seen as "/../…".
  return path != "/.." && !path.starts_with("/../");
}

}  // namespace

bool is_unit_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> kinds{".service", ".scope", ".socket", ".mount", ".swap"};
  constexpr std::string_view punctuation = ":-_.\\@";
  constexpr std::size_t longest = 255;
  const auto may_stand = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  };
  return name.size() <= longest && std::all_of(name.begin(), name.end(), may_stand) &&
         std::any_of(kinds.begin(), kinds.end(),
                     [name](std::string_view kind) { return name.size() > kind.size() && name.ends_with(kind); });
}

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

std::string manager_root(std::string_view init_cgroup_text) {
  const std::string path = cgroup_path(init_cgroup_text);
  const std::string_view root = without_suffix(path, "/init.scope");
  return root.empty() ? "/" : std::string(root);
}

Placement placement_of(std::string_view cgroup_text, std::string_view root) {
  Placement placement;
  placement.cgroup = cgroup_path(cgroup_text);
  // The group was removed, the process is about to end.
  std::string_view path = without_suffix(placement.cgroup, " (deleted)");
  if (!strip_root(path, root)) return placement;
  Descent descent(placement);
  while (!path.empty()) {
    const std::string_view component = unescaped(take_until(path, '/'));
    if (!component.empty() && !descent.enter(component)) break;
  }
  return placement;
}

}  // namespace minipkg::restart
