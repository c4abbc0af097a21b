// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "minipkg/text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

/// Quotes it as the format asks; what cannot be shown is printable() before.
std::string label(const char* name, const std::string& value) {
  std::string without_backslashes = value;
  std::erase(without_backslashes, '\\');
  const bool is_fit = printable(without_backslashes) == without_backslashes;
  std::string text = fmt::format("{}=\"", name);
  for (const char c : is_fit ? value : printable(value)) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string head(const char* name, const char* help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

std::string gauge(const char* name, const char* help, std::uint64_t value) {
  return head(name, help) + fmt::format("{} {}\n", name, value);
}

/// The section of the table; what an ordinary user cannot confirm by itself.
std::size_t finding_index(const StaleProcess& process) {
  const Finding finding = finding_of(process);
  const bool is_confirmed = std::any_of(process.files.begin(), process.files.end(), [](const StaleFile& file) {
    return finding_of(file) == Finding::certain && file.certainty == Certainty::confirmed;
  });
  if (finding == Finding::certain) return is_confirmed ? 0 : 1;
  return static_cast<std::size_t>(finding) + 1;
}

std::string processes(const RestartReport& report) {
  constexpr std::array<const char*, 5> names{"certain", "unconfirmed", "likely", "unmanaged", "data"};
  std::array<std::uint64_t, names.size()> counts{};
  for (const StaleProcess& process : report.processes) ++counts.at(finding_index(process));
  constexpr const char* name = "minipkg_stale_processes";
  std::string text =
      head(name, "Processes that run replaced files, by how certain that is (data: that only hold some).");
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{}{{{}}} {}\n", name, label("finding", names.at(i)), counts.at(i));
  }
  return text;
}

/// Names that last. Scopes are made anew for each session or command: all of a kind are one.
std::string lasting(const std::string& unit) {
  if (unit.empty() || unit.ends_with(".service")) return unit;
  return "*" + unit.substr(std::min(unit.rfind('.'), unit.size()));
}

std::string units(const RestartReport& report) {
  std::map<std::string, std::uint64_t> counts;
  for (const StaleProcess& process : report.processes) {
    std::set<std::string> packages;
    for (const StaleFile& file : process.files) {
      if (file.calls_for_restart()) packages.insert(file.package);
    }
    const Placement& placement = process.placement;
    const bool in_container = !placement.container.engine.empty();
    for (const std::string& package : packages) {
      ++counts[fmt::format("{},{},{},{}", label("unit", in_container ? "" : lasting(placement.unit)),
                           label("user_unit", lasting(placement.user_unit)),
                           label("container", in_container ? placement.container.name : ""),
                           label("package", package))];
    }
  }
  constexpr const char* name = "minipkg_unit_stale_processes";
  std::string text = head(name, "Processes of a unit or container that run replaced files of a package.");
  for (const auto& [labels, count] : counts) text += fmt::format("{}{{{}}} {}\n", name, labels, count);
  return text;
}

std::string reboot(const RestartReport& report) {
  const auto is_wanted = [&](Reboot wish) {
    return std::any_of(report.reboot.begin(), report.reboot.end(),
                       [wish](const RebootReason& reason) { return reason.wish == wish; });
  };
  constexpr const char* name = "minipkg_reboot_wanted";
  return head(name, "1 if a reboot of this kind is wanted.") +
         fmt::format("{0}{{kind=\"reboot\"}} {1:d}\n{0}{{kind=\"soft_reboot\"}} {2:d}\n", name,
                     is_wanted(Reboot::reboot), is_wanted(Reboot::soft_reboot));
}

}  // namespace

std::string restart_openmetrics(const RestartReport& report) {
  const Tally tally = tally_of(report);
  return processes(report) + units(report) +
         gauge("minipkg_stale_units", "Units of the machine that want a restart.", tally.services) +
         gauge("minipkg_stale_containers", "Containers that want a restart.", tally.containers) +
         gauge("minipkg_stale_sessions", "Sessions, and users' own managers, that want a new start.", tally.sessions) +
         reboot(report) + gauge("minipkg_scanned_processes", "Processes that were looked at.", report.scanned) +
         gauge("minipkg_unreadable_processes", "Processes that could not be looked at.", report.unreadable) +
         gauge("minipkg_retired_inodes", "Replaced or removed inodes of this boot on record.", report.retired) +
         gauge("minipkg_alive_retired_inodes", "Of these, not known to be gone.", report.alive) + "# EOF\n";
}

}  // namespace minipkg::cli
