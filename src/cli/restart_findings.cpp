// SPDX-License-Identifier: MIT
#include "restart_findings.hpp"

#include <algorithm>
#include <set>

#include "minipkg/text.hpp"

namespace minipkg::cli {
namespace {

Finding finding_by(Basis basis, Certainty certainty) {
  if (basis == Basis::path) return Finding::unmanaged;
  return certainty == Certainty::likely ? Finding::likely : Finding::certain;
}

}  // namespace

Finding finding_of(const StaleFile& file) {
  return file.calls_for_restart() ? finding_by(file.basis, file.certainty) : Finding::data;
}

Finding finding_of(const StaleProcess& process) {
  Finding first = Finding::data;
  for (const StaleFile& file : process.files) first = std::min(first, finding_of(file));
  return first;
}

Finding finding_of(const Remedy& remedy) { return finding_by(remedy.basis, remedy.certainty); }

bool needs_restart(const RestartReport& report) {
  return std::any_of(report.processes.begin(), report.processes.end(),
                     [](const StaleProcess& process) { return process.needs_restart(); });
}

Tally tally_of(const RestartReport& report) {
  Tally tally;
  for (const StaleProcess& process : report.processes) tally.processes += process.needs_restart() ? 1U : 0U;
  std::set<std::uint32_t> users;
  for (const Remedy& remedy : report.remedies) {
    switch (remedy.kind) {
      case RemedyKind::restart_unit:
      case RemedyKind::reload_unit:
      case RemedyKind::reexec_manager:
        ++tally.services;
        break;
      case RemedyKind::restart_container:
        ++tally.containers;
        break;
      case RemedyKind::end_session:
        ++tally.sessions;
        break;
      case RemedyKind::restart_user_unit:
      case RemedyKind::reexec_user_manager:
        users.insert(remedy.uid);
        break;
      case RemedyKind::restart_process:
        break;
    }
  }
  tally.sessions += users.size();
  return tally;
}

Reboot wish_of(const RestartReport& report) {
  Reboot strongest = Reboot::no;
  for (const RebootReason& reason : report.reboot) strongest = std::max(strongest, reason.wish);
  return strongest;
}

bool is_unit_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
  return !name.empty() && name.front() != '-' && name.find_first_not_of(allowed) == std::string_view::npos &&
         name.find('.') != std::string_view::npos;
}

std::string unit_text(std::string_view unit) { return is_unit_name(unit) ? std::string(unit) : printable(unit); }

std::string container_text(const Container& container) {
  return printable(container.engine) + " " + printable(container.name);
}

std::string manager_text(const Placement& placement) {
  if (!placement.container.engine.empty()) return container_text(placement.container);
  if (!placement.user_unit.empty()) return unit_text(placement.user_unit) + " (user)";
  return unit_text(placement.unit);
}

}  // namespace minipkg::cli
