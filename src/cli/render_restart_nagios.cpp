// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <vector>

#include "minipkg/text.hpp"
#include "render_text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

const char* word_for(MonitoringState state) {
  switch (state) {
    case MonitoringState::ok:
      return "OK";
    case MonitoringState::warning:
      return "WARNING";
    case MonitoringState::critical:
      return "CRITICAL";
    case MonitoringState::unknown:
      break;
  }
  return "UNKNOWN";
}

/// A bar would begin the performance data.
std::string without_bars(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\x7c") : std::string(1, c);
  return result;
}

/// Never "ok" where something was not seen.
MonitoringState state_of(const RestartReport& report) {
  const Reboot wish = wish_of(report);
  if (wish == Reboot::reboot) return MonitoringState::critical;
  if (wish == Reboot::soft_reboot || needs_restart(report)) return MonitoringState::warning;
  return report.unreadable > 0 ? MonitoringState::unknown : MonitoringState::ok;
}

std::string sentence(const RestartReport& report, const Tally& tally) {
  std::vector<std::string> parts;
  if (tally.processes > 0) {
    parts.push_back(count_text(tally.processes, "process") + (tally.processes == 1 ? " runs" : " run") + " old code");
  }
  if (tally.services > 0) parts.push_back(count_text(tally.services, "service"));
  if (tally.containers > 0) parts.push_back(count_text(tally.containers, "container"));
  if (tally.sessions > 0) parts.push_back(count_text(tally.sessions, "session"));
  if (parts.empty()) parts.emplace_back("no old code is running");
  if (wish_of(report) != Reboot::no) parts.push_back(reboot_line(report.reboot.front()));
  if (report.unreadable > 0) parts.push_back(count_text(report.unreadable, "process") + " could not be looked at");
  return without_bars(fmt::format("{}", fmt::join(parts, ", ")));
}

/// 'label'=value;warn;crit;min;max. "0" as a threshold: more than none.
std::string performance_data(const RestartReport& report, const Tally& tally) {
  return fmt::format(
      "processes={};0;;0 services={};0;;0 containers={};0;;0 sessions={};0;;0 reboot={};0;1;0;2 unreadable={};;;0",
      tally.processes, tally.services, tally.containers, tally.sessions, static_cast<int>(wish_of(report)),
      report.unreadable);
}

std::string names(const RestartReport& report) {
  std::string text;
  for (const Remedy& remedy : report.remedies) text += without_bars(remedy_line(remedy, report)) + "\n";
  for (const RebootReason& reason : report.reboot) text += without_bars(reboot_line(reason)) + "\n";
  return text;
}

}  // namespace

MonitoringAnswer restart_nagios(const RestartReport& report, int verbose) {
  const Tally tally = tally_of(report);
  MonitoringAnswer answer{state_of(report), {}};
  answer.text = fmt::format("NEEDS-RESTART {} - {} | {}\n", word_for(answer.state), sentence(report, tally),
                            performance_data(report, tally));
  if (verbose > 0) answer.text += names(report);
  return answer;
}

MonitoringAnswer nagios_failure(const std::string& sentence) {
  return {MonitoringState::unknown, fmt::format("NEEDS-RESTART UNKNOWN - {}\n", without_bars(sentence))};
}

}  // namespace minipkg::cli
