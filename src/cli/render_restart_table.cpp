// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "fold.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

using Processes = std::vector<const StaleProcess*>;

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

const char* heading_of(Finding finding) {
  switch (finding) {
    case Finding::certain:
      return "";
    case Finding::likely:
      return "Likely: scripts and modules, replaced after these processes read them:";
    case Finding::unmanaged:
      return "Not replaced by minipkg: files that are no longer the ones at their paths:";
    case Finding::data:
      return "Only old data is held by these, no old code:";
  }
  return "";
}

/// "libserver 1.0 -> 1.1", "libserver 1.0 (removed)", "libserver (now 1.1)"; of a file that no package owns the path.
std::string package_text(const StaleFile& file) {
  const bool gone = file.kind == RetiredKind::removed || (file.new_version.empty() && file.basis == Basis::record);
  std::string text = printable(file.package.empty() ? file.path : file.package);
  if (!file.old_version.empty()) text += " " + printable(file.old_version);
  if (gone) {
    text += " (removed)";
  } else if (!file.new_version.empty()) {
    const std::string now = printable(file.new_version);
    text += file.old_version.empty() ? " (now " + now + ")" : " -> " + now;
  }
  if (file.certainty == Certainty::unconfirmed) text += " (unconfirmed)";
  return text;
}

/// The files of a process that a section speaks of. Old data is told where the process stands first.
bool is_told(const StaleProcess& process, const StaleFile& file, Finding section) {
  const Finding finding = finding_of(file);
  return finding == section || (finding == Finding::data && finding_of(process) == section);
}

/// Each package once, however many of its files are held; where the process sees another root, that root.
std::vector<std::string> stale_texts(const StaleProcess& process, Finding section) {
  std::vector<std::string> texts;
  for (const StaleFile& file : process.files) {
    if (finding_of(file) != section) continue;
    std::string text = package_text(file);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (!process.root.empty()) texts.push_back("in " + printable(process.root));
  for (std::size_t i = 0; i + 1 < texts.size(); ++i) texts[i] += ',';
  return texts;
}

std::string table(const Processes& processes, Finding section, const Console& console, const Page& page) {
  Rows rows{{"PID", "USER", "UNIT", "COMMAND"}};
  Rows stale{{"STALE"}};
  for (const StaleProcess* process : processes) {
    const std::string manager = manager_text(process->placement);
    rows.push_back({std::to_string(process->pid), printable(process->user), manager.empty() ? "-" : manager,
                    printable(process->command)});
    stale.push_back(stale_texts(*process, section));
  }
  const std::string text = folded_table(rows, stale, page.columns);
  const std::size_t heading = text.find('\n');
  return console.bold(text.substr(0, heading)) + text.substr(heading);
}

std::string files_text(const Processes& processes, Finding section, const Page& page) {
  Rows rows;
  for (const StaleProcess* process : processes) {
    for (const StaleFile& file : process->files) {
      if (!is_told(*process, file, section)) continue;
      rows.push_back(
          {std::to_string(process->pid), word_for(file.use), printable(file.path), fmt::format("inode {}", file.ino)});
      if (page.columns > 0) rows.back().front().insert(0, "  ");
    }
  }
  return page.columns > 0 ? aligned(rows) : tabbed(rows);
}

/// Those of one unit stand together.
Processes chosen(const RestartReport& report, Finding section) {
  Processes processes;
  for (const StaleProcess& process : report.processes) {
    const bool is_data_only = finding_of(process) == Finding::data;
    const auto speaks_of = [section](const StaleFile& file) { return finding_of(file) == section; };
    if (is_data_only != (section == Finding::data)) continue;
    if (std::any_of(process.files.begin(), process.files.end(), speaks_of)) processes.push_back(&process);
  }
  std::stable_sort(processes.begin(), processes.end(), [](const StaleProcess* a, const StaleProcess* b) {
    return std::tie(a->placement.unit, a->placement.user_unit, a->pid) <
           std::tie(b->placement.unit, b->placement.user_unit, b->pid);
  });
  return processes;
}

std::string remedies_of(const RestartReport& report, Finding section, const Console& console, const Page& page) {
  std::vector<const Remedy*> remedies;
  for (const Remedy& remedy : report.remedies) {
    if (finding_of(remedy) == section) remedies.push_back(&remedy);
  }
  const std::string text = remedies_text(report, remedies, console, page);
  return text.empty() ? "" : "\n" + text;
}

std::string section_text(const RestartReport& report, Finding section, const Console& console, const Page& page) {
  const Processes processes = chosen(report, section);
  if (processes.empty()) return "";
  std::string text;
  if (const std::string heading = heading_of(section); !heading.empty()) {
    text += console.bold(folded(heading, page.columns, 2)) + "\n";
  }
  text += table(processes, section, console, page);
  if (page.verbose > 0 || section == Finding::data) text += files_text(processes, section, page);
  return section == Finding::data ? text : text + remedies_of(report, section, console, page);
}

/// What does all that can be done automatically; guesses are acted on only if asked for.
std::string restart_command(const RestartReport& report) {
  const auto can_do = [&report](Finding finding) {
    return std::any_of(report.remedies.begin(), report.remedies.end(), [finding](const Remedy& remedy) {
      return remedy.manner == Manner::automatic && finding_of(remedy) == finding;
    });
  };
  std::string options = can_do(Finding::likely) ? " --include-likely" : "";
  if (can_do(Finding::unmanaged)) options += " --include-unmanaged";
  return options.empty() && !can_do(Finding::certain) ? "" : "minipkg restart" + options;
}

/// What concerns the whole machine.
std::string last_lines(const RestartReport& report, const Console& console, const Page& page) {
  std::string text;
  for (const RebootReason& reason : report.reboot) {
    text += console.alert(folded(reboot_line(reason), page.columns, 2)) + "\n";
  }
  if (const std::string command = page.is_own_root ? restart_command(report) : ""; !command.empty()) {
    text += "All that is not by hand: " + command + "\n";
  }
  return text;
}

}  // namespace

std::string restart_table(const RestartReport& report, const Console& console, const Page& page) {
  std::string text;
  for (const Finding section : {Finding::certain, Finding::likely, Finding::unmanaged, Finding::data}) {
    const std::string next = section_text(report, section, console, page);
    if (!text.empty() && !next.empty()) text += "\n";
    text += next;
  }
  if (text.empty()) text = "Nothing is stale: no process holds a replaced file\n";
  const std::string last = last_lines(report, console, page);
  return last.empty() ? text : text + "\n" + last;
}

}  // namespace minipkg::cli
