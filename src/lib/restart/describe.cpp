// SPDX-License-Identifier: MIT
#include "lib/restart/describe.hpp"

#include <fcntl.h>

#include <charconv>

#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/placement.hpp"

namespace minipkg::restart {

void for_each_user(std::string_view passwd, const std::function<void(std::string_view, std::uint32_t)>& visit) {
  while (!passwd.empty()) {
    const std::size_t end = passwd.find('\n');
    const std::string_view line = passwd.substr(0, end);
    passwd.remove_prefix(end == std::string_view::npos ? passwd.size() : end + 1);
    const std::size_t name_end = line.find(':');
    const std::size_t number_begin = line.find(':', name_end == std::string_view::npos ? name_end : name_end + 1);
    if (name_end == 0 || number_begin == std::string_view::npos) continue;
    std::uint32_t uid = 0;
    const char* const last = line.data() + line.size();
    const auto [number_end, error] = std::from_chars(line.data() + number_begin + 1, last, uid);
    if (error == std::errc{} && number_end != last && *number_end == ':') visit(line.substr(0, name_end), uid);
  }
}

void add_users(std::string_view passwd, std::map<std::uint32_t, std::string>& names) {
  for_each_user(passwd, [&names](std::string_view name, std::uint32_t uid) { names.try_emplace(uid, name); });
}

const std::string& UserNames::name(std::uint32_t uid) {
  if (!is_read_) {
    is_read_ = true;
    std::string text;
    const Fd etc = os::open_in_root(root_fd_, "etc", O_PATH | O_DIRECTORY);
    if (etc && os::read_text(etc.get(), "passwd", text)) add_users(text, names_);
    if (os::read_text(AT_FDCWD, "/etc/passwd", text)) add_users(text, names_);
  }
  return names_.try_emplace(uid, std::to_string(uid)).first->second;
}

std::optional<StaleProcess> describe(const ProcessView& process, UserNames& users, std::string_view manager_root) {
  std::string text;
  const auto stat = os::read_text(process.leader(), "stat", text) ? os::parse_stat(text) : std::nullopt;
  if (!stat || (stat->has_exited() && stat->threads <= 1)) return std::nullopt;
  const auto uid = os::read_text(process.leader(), "status", text) ? os::parse_effective_uid(text) : std::nullopt;
  if (!uid) return std::nullopt;
  StaleProcess stale;
  stale.pid = process.pid();
  stale.ppid = stat->ppid;
  stale.uid = *uid;
  stale.start_time = stat->start_time;
  stale.user = users.name(*uid);
  stale.command = stat->comm;
  if (std::string root = os::link_text(process.process(), "root"); root != "/") stale.root = std::move(root);
  stale.exe = os::link_text(process.process(), "exe");
  // Of the thread that lives: an exited leader is moved to the root group.
  if (os::read_text(process.process(), "cgroup", text)) stale.placement = placement_of(text, manager_root);
  return stale;
}

}  // namespace minipkg::restart
