// SPDX-License-Identifier: MIT
#include "lib/service/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lib/service/unit_state.hpp"

namespace minipkg::service {
namespace {

Command systemctl(const Manager& manager, const Programs& programs) {
  Command command{programs.systemctl, "--no-ask-password", "--no-pager"};
  if (manager.is_users) {
    command.emplace_back("--user");
    if (manager.uid != programs.caller || manager.uid == 0) {
      command.push_back(fmt::format("--machine={}@.host", manager.uid));
    }
  }
  return command;
}

void append(Command& command, const std::vector<std::string>& words) {
  command.insert(command.end(), words.begin(), words.end());
}

const char* verb_for(RemedyKind kind) {
  switch (kind) {
    case RemedyKind::restart_unit:
    case RemedyKind::restart_user_unit:
      return "try-restart";  // what has stopped meanwhile stays so
    case RemedyKind::reload_unit:
      return "reload";
    default:
      return "daemon-reexec";
  }
}

class Builder {
 public:
  explicit Builder(const Programs& programs) : programs_(programs) {}

  void reload(const Manager& manager) {
    Command command = systemctl(manager, programs_);
    command.emplace_back("daemon-reload");
    steps_.push_back({std::move(command), {}});
  }

  void add(const Restart& restart, std::size_t index) {
    const Manager manager = manager_of(restart.remedy);
    const std::string verb = verb_for(restart.remedy.kind);
    const bool is_like_last = !steps_.empty() && !last_verb_.empty() && verb == last_verb_ && manager == last_manager_;
    const bool has_unit = verb != "daemon-reexec";
    if (!is_like_last) {
      Command command = systemctl(manager, programs_);
      command.push_back(verb);
      if (has_unit) command.emplace_back("--");
      steps_.push_back({std::move(command), {}});
    }
    if (has_unit) steps_.back().command.push_back(restart.remedy.unit);
    steps_.back().restarts.push_back(index);
    last_verb_ = verb;
    last_manager_ = manager;
  }

  std::vector<Step> steps() && { return std::move(steps_); }

 private:
  const Programs& programs_;
  std::vector<Step> steps_;
  std::string last_verb_;
  Manager last_manager_;
};

}  // namespace

Manager manager_of(const Remedy& remedy) {
  if (remedy.kind == RemedyKind::restart_user_unit || remedy.kind == RemedyKind::reexec_user_manager) {
    return {true, remedy.uid};
  }
  return {};
}

std::vector<Step> steps_for(std::span<const Restart> restarts, std::span<const Manager> reloading,
                            const Programs& programs) {
  Builder builder(programs);
  for (const Manager& manager : reloading) builder.reload(manager);
  // By manager and verb; within each in the order of the report.
  std::vector<std::size_t> order;
  for (std::size_t n = 0; n < restarts.size(); ++n) {
    if (restarts[n].treatment == Treatment::pending) order.push_back(n);
  }
  const auto rank = [&](std::size_t n) {
    const Remedy& remedy = restarts[n].remedy;
    const Manager manager = manager_of(remedy);
    const bool is_unit = remedy.kind == RemedyKind::restart_user_unit || remedy.kind == RemedyKind::restart_unit;
    return std::tuple(manager.is_users, manager.uid, is_unit ? 1 : remedy.kind == RemedyKind::reload_unit ? 2 : 0);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return rank(left) < rank(right); });
  for (const std::size_t n : order) builder.add(restarts[n], n);
  return std::move(builder).steps();
}

Command show_command(const Manager& manager, const std::vector<std::string>& units, const Programs& programs) {
  Command command = systemctl(manager, programs);
  append(command, {"show", "--property", asked_properties, "--"});
  append(command, units);
  return command;
}

Command log_command(const Manager& manager, const std::string& unit, const Programs& programs) {
  Command command{programs.journalctl, "--no-pager", "--quiet", "--output=cat", "--lines=10"};
  if (!manager.is_users) {
    append(command, {"--unit", unit});
    return command;
  }
  // --user-unit would look for those of the user who asks.
  const std::string uid = fmt::format("_UID={}", manager.uid);
  append(command, {"_SYSTEMD_USER_UNIT=" + unit, uid, "+", "USER_UNIT=" + unit, uid});
  return command;
}

}  // namespace minipkg::service
