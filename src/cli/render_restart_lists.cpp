// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "minipkg/text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

bool is_of_system(const Remedy& remedy) {
  return remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::reload_unit;
}

bool can_be_listed(const Remedy& remedy) { return remedy.manner == Manner::automatic && is_unit_name(remedy.unit); }

void add_line(std::string& text, const std::string& line, std::set<std::string>& known) {
  if (known.insert(line).second) text += line + "\n";
}

}  // namespace

std::string restart_pids(const RestartReport& report) {
  std::string text;
  for (const StaleProcess& process : report.processes) {
    if (process.needs_restart()) text += fmt::format("{}\n", process.pid);
  }
  return text;
}

std::string restart_units(const RestartReport& report) {
  std::string text;
  std::set<std::string> known;
  for (const Remedy& remedy : report.remedies) {
    if (is_of_system(remedy) && can_be_listed(remedy)) add_line(text, remedy.unit, known);
  }
  return text;
}

std::string restart_user_units(const RestartReport& report) {
  std::string text;
  std::set<std::string> known;
  for (const Remedy& remedy : report.remedies) {
    if (remedy.kind != RemedyKind::restart_user_unit || !can_be_listed(remedy)) continue;
    add_line(text, printable(remedy.user) + "\t" + remedy.unit, known);
  }
  return text;
}

std::size_t units_left_out(const RestartReport& report) {
  return static_cast<std::size_t>(
      std::count_if(report.remedies.begin(), report.remedies.end(), [](const Remedy& remedy) {
        const bool is_unit = is_of_system(remedy) || remedy.kind == RemedyKind::restart_user_unit;
        return is_unit && !can_be_listed(remedy);
      }));
}

std::string reboot_line(const RebootReason& reason) {
  std::string text = reason.wish == Reboot::soft_reboot ? "Soft reboot: " : "Reboot: ";
  if (!reason.package.empty()) text += printable(reason.package) + " " + printable(reason.version) + ": ";
  return text + printable(reason.why);
}

std::string restart_reboot_hint(const RestartReport& report) {
  if (wish_of(report) == Reboot::no) return "No reboot is wanted\n";
  std::string text;
  for (const RebootReason& reason : report.reboot) text += reboot_line(reason) + "\n";
  return text;
}

}  // namespace minipkg::cli
