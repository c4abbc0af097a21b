// SPDX-License-Identifier: MIT
#include "lib/restart/caller.hpp"

#include <fmt/format.h>

#include <charconv>

#include "lib/os/procfs.hpp"
#include "lib/restart/placement.hpp"

namespace minipkg::restart {

std::string manager_root_in(int proc) {
  std::string text;
  return os::read_text(proc, "1/cgroup", text) ? manager_root(text) : "/";
}

Caller find_caller(int proc, std::string_view root) {
  Caller caller;
  std::string text;
  if (os::read_text(proc, "self/cgroup", text)) caller.placement = placement_of(text, root);
  // /proc/self is a number in the names of `proc`, whatever getpid(2) says.
  const std::string self = os::link_text(proc, "self");
  std::uint32_t pid = 0;
  std::from_chars(self.data(), self.data() + self.size(), pid);
  constexpr std::size_t deepest = 1000;  // a number that is used again could make a ring
  while (pid != 0 && caller.lineage.size() < deepest) {
    const auto stat =
        os::read_text(proc, fmt::format("{}/stat", pid).c_str(), text) ? os::parse_stat(text) : std::nullopt;
    if (!stat) break;
    caller.lineage.push_back(pid);
    pid = stat->ppid;
  }
  return caller;
}

}  // namespace minipkg::restart
