// SPDX-License-Identifier: MIT
#include "lib/restart/judge.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "lib/restart/reserved_units.hpp"

namespace minipkg::restart {
namespace {

void leave(Remedy& remedy, std::string why) {
  remedy.manner = Manner::by_hand;
  remedy.why = std::move(why);
}

const UnitHint* hint_for(const RestartHints& hints, const Remedy& remedy) {
  const UnitScope scope = remedy.kind == RemedyKind::restart_user_unit ? UnitScope::user : UnitScope::system;
  const auto found = std::find_if(hints.units.begin(), hints.units.end(), [&](const UnitHint& hint) {
    return hint.scope == scope && hint.is_for(remedy.unit);
  });
  return found == hints.units.end() ? nullptr : &*found;
}

/// Every package whose old files are in use says that a reload is enough.
bool reload_suffices(const Case& each, std::span<const RestartHints> all) {
  const auto says_reload = [&](const StaleFile& file) {
    if (!file.calls_for_restart()) return true;
    return std::any_of(all.begin(), all.end(), [&](const RestartHints& hints) {
      const UnitHint* const hint = hints.package == file.package ? hint_for(hints, each.remedy) : nullptr;
      return hint != nullptr && (hint->action == UnitAction::reload || hint->action == UnitAction::reexec);
    });
  };
  return std::all_of(each.processes.begin(), each.processes.end(), [&](const StaleProcess* process) {
    return std::all_of(process->files.begin(), process->files.end(), says_reload);
  });
}

void follow_hints(Case& each, std::span<const RestartHints> all) {
  for (const RestartHints& hints : all) {
    const UnitHint* const hint = hint_for(hints, each.remedy);
    if (hint == nullptr) continue;
    if (hint->action == UnitAction::never) {
      return leave(each.remedy, hints.package + " forbids to restart it");
    }
    if (hint->action == UnitAction::defer) {
      return leave(each.remedy, hints.package + " asks to wait until the machine is not in use");
    }
  }
  // There is no kind for a user's units: those are restarted.
  if (each.remedy.kind == RemedyKind::restart_unit && reload_suffices(each, all)) {
    each.remedy.kind = RemedyKind::reload_unit;
  }
}

bool is_ssh_server(std::string_view unit) { return unit == "ssh.service" || unit == "sshd.service"; }

/// Its listener was started by PID 1; what it forks for a connection, and leaves behind when it stops, was not.
bool only_connections_are_stale(const Case& each) {
  return std::none_of(each.processes.begin(), each.processes.end(),
                      [](const StaleProcess* process) { return process->ppid == 1; });
}

std::string why_not_restarted(const Case& each, const Caller& caller) {
  const Remedy& remedy = each.remedy;
  const Placement& own = caller.placement;
  const bool of_user = remedy.kind == RemedyKind::restart_user_unit;
  const bool is_own = of_user ? own.user_unit == remedy.unit && user_number(own.unit) == remedy.uid
                              : own.unit == remedy.unit && own.container.engine.empty();
  if (is_own) return "minipkg was started from it";
  if (of_user) return std::string(why_reserved_of_user(remedy.unit));
  if (remedy.unit.starts_with("ssh@") || remedy.unit.starts_with("sshd@")) {
    return "it is an open connection: log out of it";
  }
  if (is_ssh_server(remedy.unit) && only_connections_are_stale(each)) {
    return "only open connections are old, and restarting it does not end them: log out of them";
  }
  return std::string(why_reserved(remedy.unit));
}

bool is_in_lineage(const Remedy& remedy, const Caller& caller) {
  return std::any_of(remedy.pids.begin(), remedy.pids.end(), [&](std::uint32_t pid) {
    return std::find(caller.lineage.begin(), caller.lineage.end(), pid) != caller.lineage.end();
  });
}

}  // namespace

void judge(Case& each, std::span<const RestartHints> hints, const Caller& caller) {
  Remedy& remedy = each.remedy;
  if (remedy.manner == Manner::automatic &&
      (remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::restart_user_unit)) {
    follow_hints(each, hints);
    if (std::string why = why_not_restarted(each, caller); !why.empty()) leave(remedy, std::move(why));
  } else if (remedy.kind == RemedyKind::end_session && remedy.unit == caller.placement.session) {
    remedy.why = "you sit in it: log out, and in again";
  } else if (remedy.kind == RemedyKind::restart_process && is_in_lineage(remedy, caller)) {
    remedy.why = "minipkg was started from it";
  }
}

std::optional<std::uint32_t> user_number(std::string_view unit) {
  if (!unit.starts_with("user@") && !unit.starts_with("user-")) return std::nullopt;
  std::uint32_t uid = 0;
  const char* const last = unit.data() + unit.size();
  const auto [end, error] = std::from_chars(unit.data() + 5, last, uid);
  return error == std::errc{} && end != last && *end == '.' ? std::optional(uid) : std::nullopt;
}

}  // namespace minipkg::restart
