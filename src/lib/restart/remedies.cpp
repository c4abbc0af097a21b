// SPDX-License-Identifier: MIT
#include "lib/restart/remedies.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "lib/restart/judge.hpp"
#include "lib/restart/reserved_units.hpp"

namespace minipkg::restart {
namespace {

constexpr std::string_view init_scope = "init.scope";

bool is_manager(const StaleProcess& process) { return process.command == "systemd"; }
/// Waits for the end of the user's last session to close it with PAM, and does nothing else.
bool is_session_closer(const StaleProcess& process) { return process.command == "(sd-pam)"; }

Remedy by_hand(RemedyKind kind, std::string unit, std::string why) {
  Remedy remedy;
  remedy.kind = kind;
  remedy.unit = std::move(unit);
  remedy.why = std::move(why);
  return remedy;
}

Remedy automatic(RemedyKind kind, std::string unit) {
  Remedy remedy = by_hand(kind, std::move(unit), {});
  remedy.manner = Manner::automatic;
  return remedy;
}

/// A unit that is no service.
Remedy for_other_unit(RemedyKind kind, const std::string& unit) {
  if (unit.ends_with(".scope")) {
    return by_hand(RemedyKind::restart_process, unit, "systemd did not start it: end it and start it again");
  }
  return by_hand(kind, unit, "what uses it would have to be stopped first");
}

Remedy for_users_process(const StaleProcess& process) {
  const std::string& unit = process.placement.user_unit;
  if (unit.empty() || unit == init_scope) {
    if (is_manager(process)) return automatic(RemedyKind::reexec_user_manager, process.placement.unit);
    if (is_session_closer(process)) {
      return by_hand(RemedyKind::end_session, process.placement.unit,
                     "(sd-pam) is all of it that is old: it only waits for the user to log out everywhere");
    }
    return by_hand(RemedyKind::restart_process, unit, "no unit manages it: end it and start it again");
  }
  if (unit.ends_with(".service")) return automatic(RemedyKind::restart_user_unit, unit);
  return for_other_unit(RemedyKind::restart_user_unit, unit);
}

Remedy for_container(const Placement& placement) {
  const std::string& unit = placement.user_unit.empty() ? placement.unit : placement.user_unit;
  const char* why = placement.container.engine == "qemu" ? "everything in the virtual machine would end with it"
                                                         : "everything in the container would end with it";
  Remedy remedy = by_hand(RemedyKind::restart_container, unit, why);
  remedy.container = placement.container;
  return remedy;
}

Remedy for_place(const StaleProcess& process) {
  const Placement& placement = process.placement;
  if (!placement.container.engine.empty()) return for_container(placement);
  if (process.pid == 1) {
    if (placement.unit == init_scope || is_manager(process))
      return automatic(RemedyKind::reexec_manager, std::string(init_scope));
    return by_hand(RemedyKind::restart_process, {}, "everything ends with it: reboot instead");
  }
  if (!placement.session.empty()) {
    return by_hand(RemedyKind::end_session, placement.session, "its programs would end with it");
  }
  if (user_number(placement.unit)) return for_users_process(process);
  if (placement.unit.ends_with(".service")) return automatic(RemedyKind::restart_unit, placement.unit);
  if (!placement.unit.empty() && placement.unit != init_scope) {
    return for_other_unit(RemedyKind::restart_unit, placement.unit);
  }
  return by_hand(RemedyKind::restart_process, {}, "no unit manages it: end it and start it again");
}

/// Whose systemd, session or process it is; the system's units are nobody's.
std::uint32_t owner_of(const Remedy& remedy, const StaleProcess& process) {
  if (remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::reexec_manager) return 0;
  for (const std::string& name : {process.placement.unit, process.placement.slice}) {
    if (const auto owner = user_number(name)) return *owner;
  }
  return remedy.kind == RemedyKind::restart_container ? 0 : process.uid;
}

/// What can be acted on unasked before what cannot.
template <class Found>
auto trust(const Found& found) {
  return std::tuple(found.certainty == Certainty::likely || found.basis == Basis::path, found.certainty, found.basis);
}

/// What one process calls for, alone.
Remedy remedy_for(const StaleProcess& process) {
  Remedy remedy = for_place(process);
  remedy.uid = owner_of(remedy, process);
  if (remedy.uid == process.uid) remedy.user = process.user;
  remedy.pids = {process.pid};
  // The strongest use comes first, and one that calls for a restart is there.
  const auto end = std::partition_point(process.files.begin(), process.files.end(),
                                        [](const StaleFile& file) { return file.calls_for_restart(); });
  const auto best = std::min_element(process.files.begin(), end, [](const StaleFile& left, const StaleFile& right) {
    return trust(left) < trust(right);
  });
  remedy.certainty = best->certainty;
  remedy.basis = best->basis;
  return remedy;
}

void merge(Case& into, Remedy&& remedy, const StaleProcess& process) {
  if (into.processes.empty()) {
    into.remedy = std::move(remedy);
  } else {
    into.remedy.pids.push_back(process.pid);
    if (into.remedy.user.empty()) into.remedy.user = std::move(remedy.user);
    if (trust(remedy) < trust(into.remedy)) {
      into.remedy.certainty = remedy.certainty;
      into.remedy.basis = remedy.basis;
    }
  }
  into.processes.push_back(&process);
}

/// The topmost stale process of each tree of those that nothing manages.
class Trees {
 public:
  void add(std::uint32_t pid, std::uint32_t ppid) { parents_[pid] = ppid; }
  std::uint32_t top(std::uint32_t pid) const {
    for (std::size_t steps = parents_.size(); steps > 0; --steps) {
      const auto parent = parents_.find(parents_.at(pid));
      if (parent == parents_.end() || parent->first == pid) break;
      pid = parent->first;
    }
    return pid;
  }

 private:
  std::map<std::uint32_t, std::uint32_t> parents_;
};

using Key = std::tuple<RemedyKind, std::string, std::uint32_t, std::string, std::string, std::uint32_t>;

/// What makes two processes a case of one remedy.
Key key_of(const Remedy& remedy, std::uint32_t pid, const Trees& trees) {
  const bool is_process = remedy.kind == RemedyKind::restart_process;
  return {remedy.kind,
          remedy.unit,
          is_process ? 0 : remedy.uid,
          remedy.container.engine,
          remedy.container.name,
          is_process ? trees.top(pid) : 0};
}

std::vector<Case> cases_of(std::span<const StaleProcess> processes) {
  std::vector<std::pair<Remedy, const StaleProcess*>> single;
  Trees trees;
  for (const StaleProcess& process : processes) {
    if (!process.needs_restart()) continue;
    single.emplace_back(remedy_for(process), &process);
    if (single.back().first.kind == RemedyKind::restart_process) trees.add(process.pid, process.ppid);
  }
  std::map<Key, Case> merged;
  for (auto& [remedy, process] : single) {
    Case& each = merged[key_of(remedy, process->pid, trees)];
    merge(each, std::move(remedy), *process);
  }
  std::vector<Case> cases;
  for (auto& [key, each] : merged) cases.push_back(std::move(each));
  return cases;
}

int rank(const Remedy& remedy) {
  const bool is_left = remedy.manner == Manner::by_hand;
  switch (remedy.kind) {
    case RemedyKind::reexec_manager:
      return 0;
    case RemedyKind::restart_unit:
    case RemedyKind::reload_unit:
      return is_left ? 4 : 1;
    case RemedyKind::reexec_user_manager:
      return 2;
    case RemedyKind::restart_user_unit:
      return is_left ? 5 : 3;
    case RemedyKind::restart_container:
      return 6;
    case RemedyKind::end_session:
      return 7;
    case RemedyKind::restart_process:
      return 8;
  }
  return 8;
}

auto order(const Remedy& remedy) {
  return std::tuple(rank(remedy), rank_of_unit(remedy.unit), remedy.uid, remedy.unit, remedy.container.engine,
                    remedy.container.name, remedy.pids.front());
}

}  // namespace

std::vector<Remedy> remedies_for(std::span<const StaleProcess> processes, std::span<const RestartHints> hints,
                                 const Caller& caller) {
  std::vector<Remedy> remedies;
  for (Case& each : cases_of(processes)) {
    Remedy& remedy = each.remedy;
    std::sort(remedy.pids.begin(), remedy.pids.end());
    if (remedy.user.empty() && remedy.uid != 0) remedy.user = std::to_string(remedy.uid);
    judge(each, hints, caller);
    remedies.push_back(std::move(remedy));
  }
  std::sort(remedies.begin(), remedies.end(),
            [](const Remedy& left, const Remedy& right) { return order(left) < order(right); });
  return remedies;
}

}  // namespace minipkg::restart
