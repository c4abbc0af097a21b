// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

using Processes = std::vector<const StaleProcess*>;
enum class Restart { needed, not_needed };

const char* word_for(Use use) {
  switch (use) {
    case Use::executable:
      return "program";
    case Use::code:
      return "code";
    case Use::script:
      return "script";
    case Use::module:
      return "module";
    case Use::data:
      return "data";
    case Use::descriptor:
      return "open file";
  }
  return "";
}

/// "libserver 1.0 -> 1.1", "libserver 1.0 (removed)"
std::string package_text(const StaleFile& file) {
  const bool gone = file.kind == RetiredKind::removed || file.new_version.empty();
  std::string text = printable(file.package) + " " + printable(file.old_version);
  text += gone ? " (removed)" : " -> " + printable(file.new_version);
  if (file.certainty == Certainty::unconfirmed) text += " (unconfirmed)";
  return text;
}

/// Each package once, however many of its files are held.
std::string stale_text(const StaleProcess& process) {
  std::vector<std::string> packages;
  for (const StaleFile& file : process.files) {
    std::string text = package_text(file);
    if (std::find(packages.begin(), packages.end(), text) == packages.end()) packages.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(packages, ", "));
}

std::string table(const Processes& processes) {
  Rows rows{{"PID", "USER", "UNIT", "COMMAND", "STALE"}};
  for (const StaleProcess* process : processes) {
    rows.push_back({std::to_string(process->pid), printable(process->user),
                    process->placement.unit.empty() ? "-" : printable(process->placement.unit),
                    printable(process->command), stale_text(*process)});
  }
  return aligned(rows);
}

std::string files_text(const Processes& processes) {
  Rows rows;
  for (const StaleProcess* process : processes) {
    for (const StaleFile& file : process->files) {
      rows.push_back({"  " + std::to_string(process->pid), word_for(file.use), printable(file.path),
                      fmt::format("inode {}", file.ino)});
    }
  }
  return aligned(rows);
}

/// How a unit gets its new code. systemd names units after what manages them, the cgroup tells which manager.
std::string advice(const StaleProcess& process) {
  if (process.pid == 1) return "Re-exec: systemctl daemon-reexec";
  const std::string unit = printable(process.placement.unit);
  if (process.placement.unit.ends_with(".service")) {
    const bool of_user =
        process.placement.cgroup.find("/user@") != std::string::npos && process.placement.unit.rfind("user@", 0) != 0;
    return of_user ? fmt::format("Restart: systemctl --user restart {}  (as {})", unit, printable(process.user))
                   : fmt::format("Restart: systemctl restart {}", unit);
  }
  if (process.placement.unit.ends_with(".scope")) return fmt::format("Log out: {} ({})", unit, printable(process.user));
  return "";
}

std::string all_advice(const Processes& processes) {
  std::set<std::string> lines;
  std::vector<std::string> by_hand;
  for (const StaleProcess* process : processes) {
    const std::string line = advice(*process);
    if (line.empty()) {
      by_hand.push_back(fmt::format("{} {}", process->pid, printable(process->command)));
    } else {
      lines.insert(line);
    }
  }
  std::string text = lines.empty() ? "" : fmt::format("{}\n", fmt::join(lines, "\n"));
  if (!by_hand.empty()) text += fmt::format("Restart by hand: {}\n", fmt::join(by_hand, ", "));
  return text;
}

/// Those of one unit stand together.
Processes chosen(const RestartReport& report, Restart restart) {
  Processes processes;
  for (const StaleProcess& process : report.processes) {
    if (process.needs_restart() == (restart == Restart::needed)) processes.push_back(&process);
  }
  std::stable_sort(processes.begin(), processes.end(), [](const StaleProcess* a, const StaleProcess* b) {
    return std::tie(a->placement.unit, a->pid) < std::tie(b->placement.unit, b->pid);
  });
  return processes;
}

}  // namespace

std::string restart_text(const RestartReport& report, int verbose) {
  if (report.processes.empty()) return "Nothing is stale: no process holds a replaced file\n";
  std::string text;
  if (const Processes code = chosen(report, Restart::needed); !code.empty()) {
    text += table(code) + (verbose > 0 ? files_text(code) : "") + "\n" + all_advice(code);
  }
  if (const Processes data = chosen(report, Restart::not_needed); !data.empty()) {
    text += (text.empty() ? "" : "\n") + std::string("Only old data is held by these, no old code:\n");
    text += table(data) + files_text(data);
  }
  return text;
}

}  // namespace minipkg::cli
