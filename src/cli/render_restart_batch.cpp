// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <set>

#include "minipkg/text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"

namespace minipkg::cli {
namespace {

/// NEEDRESTART-KSTA. needrestart's 2, a newer build of the same version, shows in no version and is never claimed.
int kernel_status(const RestartReport& report) {
  constexpr int unknown = 0, no_upgrade = 1, version_upgrade = 3;
  if (report.running_kernel.empty() || report.installed_kernel.empty()) return unknown;
  return report.running_kernel == report.installed_kernel ? no_upgrade : version_upgrade;
}

struct Lines {
  std::set<std::string> services, containers, sessions;
};

/// The words are needrestart's: "systemd-manager", "alice @ session #3", "alice @ user manager service".
void add(const Remedy& remedy, Lines& lines) {
  const std::string user = printable(remedy.user) + " @ ";
  switch (remedy.kind) {
    case RemedyKind::restart_unit:
    case RemedyKind::reload_unit:
      lines.services.insert(unit_text(remedy.unit));
      break;
    case RemedyKind::reexec_manager:
      lines.services.insert("systemd-manager");
      break;
    case RemedyKind::restart_container:
      lines.containers.insert(printable(remedy.container.name));
      break;
    case RemedyKind::end_session:
      lines.sessions.insert(
          user + (remedy.unit.ends_with(".service") ? "user manager service" : "session #" + printable(remedy.unit)));
      break;
    case RemedyKind::restart_user_unit:
    case RemedyKind::reexec_user_manager:
      lines.sessions.insert(user + "user manager service");
      break;
    case RemedyKind::restart_process:  // needrestart has no line for it and passes it over
      for (const std::uint32_t pid : remedy.pids) lines.sessions.insert(fmt::format("{}process #{}", user, pid));
      break;
  }
}

}  // namespace

std::string restart_batch(const RestartReport& report) {
  std::string text = "NEEDRESTART-VER: 3.6\n";
  text += fmt::format("NEEDRESTART-KCUR: {}\n", printable(report.running_kernel));
  if (!report.installed_kernel.empty()) {
    text += fmt::format("NEEDRESTART-KEXP: {}\n", printable(report.installed_kernel));
  }
  text += fmt::format("NEEDRESTART-KSTA: {}\n", kernel_status(report));
  Lines lines;
  for (const Remedy& remedy : report.remedies) add(remedy, lines);
  for (const std::string& service : lines.services) text += fmt::format("NEEDRESTART-SVC: {}\n", service);
  for (const std::string& container : lines.containers) text += fmt::format("NEEDRESTART-CONT: {}\n", container);
  for (const std::string& session : lines.sessions) text += fmt::format("NEEDRESTART-SESS: {}\n", session);
  return text;
}

}  // namespace minipkg::cli
