// SPDX-License-Identifier: MIT
#include "lib/restart/pins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lib/os/mounts.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::restart {
namespace {

std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view found = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return found;
}

std::string_view parent_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

}  // namespace

/// "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw,lowerdir=…"
void Pins::add(std::string_view mountinfo) {
  constexpr std::string_view deleted = "//deleted";
  constexpr std::string_view lower = "lowerdir";
  while (!mountinfo.empty()) {
    std::string_view line = take(mountinfo, '\n');
    for (int field = 0; field < 3; ++field) take(line, ' ');
    std::string_view root = take(line, ' ');
    if (root.ends_with(deleted)) {
      root.remove_suffix(deleted.size());
      deleted_.push_back(os::without_octal(root));
    }
    const std::size_t type = line.find(" - overlay ");
    if (type == std::string_view::npos) continue;
    std::string_view options = line.substr(line.rfind(' ') + 1);
    while (!options.empty()) {
      std::string_view value = take(options, ',');
      const std::string_view key = take(value, '=');
      if (!key.starts_with(lower)) continue;  // lowerdir=a:b, or lowerdir+=a
      while (!value.empty()) lower_.push_back(os::without_octal(take(value, ':')));
    }
  }
}

bool Pins::may_lead_to(std::string_view path) const {
  const auto ends_alike = [](std::string_view left, std::string_view right) {
    return left.ends_with(right) || right.ends_with(left);
  };
  if (std::any_of(deleted_.begin(), deleted_.end(), [&](const auto& file) { return ends_alike(file, path); })) {
    return true;
  }
  // Another namespace may name the directory otherwise: /old-root/usr is taken for /usr.
  return std::any_of(lower_.begin(), lower_.end(), [&](std::string_view directory) {
    for (std::string_view above = parent_of(path); !above.empty(); above = parent_of(above)) {
      if (directory.ends_with(above)) return true;
    }
    return directory.empty() || directory == "/" || !directory.starts_with('/');
  });
}

Pins Pins::read(int proc) {
  Pins pins;
  std::set<std::string> namespaces;
  std::string text;
  for (const std::uint32_t pid : os::numbered_entries(proc).value_or(std::vector<std::uint32_t>())) {
    const std::string ns = os::link_text(proc, fmt::format("{}/ns/mnt", pid).c_str());
    if (ns.empty() || !namespaces.insert(ns).second) continue;
    if (os::read_text(proc, fmt::format("{}/mountinfo", pid).c_str(), text)) pins.add(text);
  }
  return pins;
}

}  // namespace minipkg::restart
