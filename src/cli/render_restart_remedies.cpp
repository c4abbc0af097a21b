// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "fold.hpp"
#include "minipkg/text.hpp"
#include "remedy_text.hpp"
#include "render_text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

/// Neighbours that differ in their objects alone become one.
struct Line {
  std::string label;                 ///< "Restart"
  std::string command;               ///< "systemctl restart"; empty: to be done by hand
  std::vector<std::string> objects;  ///< "ssh.service"; empty if the command says all
  std::string why;

  bool joins(const Line& next) const {
    return label == next.label && command == next.command && why == next.why && !next.objects.empty();
  }
};

const char* label_of(const Remedy& remedy) {
  if (remedy.kind == RemedyKind::end_session) return "Log out";
  if (remedy.kind == RemedyKind::restart_process) return "Restart by hand";
  if (remedy.manner == Manner::by_hand) return "By hand";
  if (remedy.kind == RemedyKind::reload_unit) return "Reload";
  const bool is_manager = remedy.kind == RemedyKind::reexec_manager || remedy.kind == RemedyKind::reexec_user_manager;
  return is_manager ? "Re-exec" : "Restart";
}

/// "269 greeter"
std::string process_text(std::uint32_t pid, const RestartReport& report) {
  const auto process = std::find_if(report.processes.begin(), report.processes.end(),
                                    [pid](const StaleProcess& each) { return each.pid == pid; });
  if (process == report.processes.end()) return std::to_string(pid);
  return fmt::format("{} {}", pid, printable(process->command));
}

std::vector<std::string> objects_of(const Remedy& remedy, const RestartReport& report) {
  if (remedy.kind != RemedyKind::restart_process) return {object_text(remedy)};
  std::vector<std::string> objects;
  for (const std::uint32_t pid : remedy.pids) objects.push_back(process_text(pid, report));
  return objects;
}

Line line_of(const Remedy& remedy, const RestartReport& report) {
  // Whoever sits in a session ends it best from within.
  const bool has_command = remedy.kind != RemedyKind::end_session;
  Line line{label_of(remedy), has_command ? command_text(remedy) : "", {}, printable(remedy.why)};
  const bool takes_several = remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::reload_unit ||
                             remedy.kind == RemedyKind::restart_user_unit;
  if (line.command.empty()) {
    line.objects = objects_of(remedy, report);
  } else if (takes_several && !line.command.ends_with('\'')) {
    const std::size_t space = line.command.rfind(' ');
    line.objects = {line.command.substr(space + 1)};
    line.command.resize(space);
  }
  return line;
}

/// A command is never folded, so that it can be copied; the terminal wraps it.
std::string text_of(const Line& line, std::size_t columns) {
  const bool is_command = !line.command.empty();
  std::string text = line.label + ":" + (is_command ? " " : "") + line.command;
  if (!line.objects.empty()) text += fmt::format(" {}", fmt::join(line.objects, is_command ? " " : ", "));
  if (line.why.empty()) return is_command ? text : folded(text, columns, 2);
  const std::string why = "(" + line.why + ")";
  if (!is_command) return folded(text + " " + why, columns, 2);
  const bool fits = columns == 0 || width(text) + 2 + width(why) <= columns;
  return text + (fits ? "  " + why : "\n  " + folded(why, columns, 2));
}

}  // namespace

std::string remedy_line(const Remedy& remedy, const RestartReport& report) {
  return text_of(line_of(remedy, report), 0);
}

std::string remedies_text(const RestartReport& report, const std::vector<const Remedy*>& chosen, const Console& console,
                          const Page& page) {
  std::vector<Line> lines;
  for (const Remedy* remedy : chosen) {
    Line next = line_of(*remedy, report);
    if (!lines.empty() && lines.back().joins(next)) {
      lines.back().objects.insert(lines.back().objects.end(), next.objects.begin(), next.objects.end());
    } else {
      lines.push_back(std::move(next));
    }
  }
  std::string text;
  for (const Line& line : lines) {
    const std::size_t label = line.label.size() + 1;
    text += console.bold(line.label + ":") + text_of(line, page.columns).substr(label) + "\n";
  }
  return text;
}

}  // namespace minipkg::cli
