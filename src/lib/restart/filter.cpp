// SPDX-License-Identifier: MIT
#include "lib/restart/filter.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "lib/base/fail.hpp"
#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/describe.hpp"
#include "lib/restart/placement.hpp"

namespace minipkg::restart {
namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::uint32_t> user_number(std::string_view text, std::string_view passwd) {
  if (const auto number = number_in(text)) return number;
  std::optional<std::uint32_t> found;
  for_each_user(passwd, [&](std::string_view name, std::uint32_t uid) {
    if (name == text && !found) found = uid;
  });
  return found;
}

bool is_in_unit(const Placement& placement, std::string_view wanted) {
  const auto is_wanted = [wanted](std::string_view unit) {
    if (unit == wanted) return !unit.empty();
    return unit.starts_with(wanted) && unit.substr(wanted.size()) == ".service";
  };
  return is_wanted(placement.unit) || is_wanted(placement.user_unit);
}

ProcessFilter::ProcessFilter(int root_fd, const ScanOptions& options) : units_(options.units) {
  std::string passwd, text;
  const Fd etc = os::open_in_root(root_fd, "etc", O_PATH | O_DIRECTORY);
  if (!options.users.empty()) {
    if (etc && os::read_text(etc.get(), "passwd", text)) passwd = text + "\n";
    if (os::read_text(AT_FDCWD, "/etc/passwd", text)) passwd += text;
  }
  for (const std::string& user : options.users) {
    const auto number = user_number(user, passwd);
    if (!number) fail(ErrorKind::usage, "find", user, "there is no such user", "a number is understood as well");
    uids_.push_back(*number);
  }
}

bool ProcessFilter::passes(const ProcessView& process, std::string_view manager_root) const {
  std::string text;
  if (!uids_.empty()) {
    const auto uid = os::read_text(process.leader(), "status", text) ? os::parse_effective_uid(text) : std::nullopt;
    if (!uid || std::find(uids_.begin(), uids_.end(), *uid) == uids_.end()) return false;
  }
  if (units_.empty()) return true;
  if (!os::read_text(process.process(), "cgroup", text)) return false;
  const Placement placement = placement_of(text, manager_root);
  return std::any_of(units_.begin(), units_.end(),
                     [&](const std::string& unit) { return is_in_unit(placement, unit); });
}

}  // namespace minipkg::restart
