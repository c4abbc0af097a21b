// SPDX-License-Identifier: MIT
#include "remedy_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "minipkg/text.hpp"

namespace minipkg::cli {
namespace {

/// A word of a shell's command line. One that no shell could be given safely is only shown.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  const auto is_quotable = [](char c) { return c >= ' ' && c <= '~' && c != '\''; };
  if (word.find_first_not_of(plain) == std::string::npos) return word;
  return "'" + (std::all_of(word.begin(), word.end(), is_quotable) ? word : printable(word)) + "'";
}

/// Behind the options: a name may begin like one.
std::string operand(const std::string& word) { return (word.starts_with('-') ? "-- " : "") + quoted(word); }

std::string of_users_systemd(const Remedy& remedy, const std::string& command) {
  return fmt::format("systemctl --user --machine={}@.host {}", quoted(remedy.user), command);
}

std::string container_command(const Remedy& remedy) {
  const std::string& engine = remedy.container.engine;
  const std::string name = operand(remedy.container.name);
  if (remedy.unit.ends_with(".service") && (engine == "nspawn" || engine == "podman")) {
    const std::string restart = "restart " + operand(remedy.unit);
    return remedy.uid == 0 ? "systemctl " + restart : of_users_systemd(remedy, restart);
  }
  if (engine == "docker" || engine == "podman") return fmt::format("{} restart {}", engine, name);
  if (engine == "nspawn") return fmt::format("machinectl reboot {}", name);
  if (engine == "lxc") return fmt::format("lxc-stop --reboot --name {}", name);
  if (engine == "qemu") return fmt::format("virsh shutdown {0}; virsh start {0}", name);
  if (engine == "containerd" || engine == "crio" || engine == "kubernetes") return fmt::format("crictl stop {}", name);
  return {};
}

std::string session_command(const Remedy& remedy) {
  // Not a session's number but the user's own systemd.
  if (remedy.unit.ends_with(".service")) return fmt::format("loginctl terminate-user {}", operand(remedy.user));
  return fmt::format("loginctl terminate-session {}", operand(remedy.unit));
}

}  // namespace

std::string command_text(const Remedy& remedy) {
  const std::string unit = operand(remedy.unit);
  switch (remedy.kind) {
    case RemedyKind::restart_unit:
      return "systemctl restart " + unit;
    case RemedyKind::reload_unit:
      return "systemctl reload " + unit;
    case RemedyKind::restart_user_unit:
      return of_users_systemd(remedy, "restart " + unit);
    case RemedyKind::reexec_manager:
      return "systemctl daemon-reexec";
    case RemedyKind::reexec_user_manager:
      return of_users_systemd(remedy, "daemon-reexec");
    case RemedyKind::restart_container:
      return container_command(remedy);
    case RemedyKind::end_session:
      return session_command(remedy);
    case RemedyKind::restart_process:
      return {};
  }
  return {};
}

std::string object_text(const Remedy& remedy) {
  const std::string unit = printable(remedy.unit), user = printable(remedy.user);
  switch (remedy.kind) {
    case RemedyKind::restart_unit:
    case RemedyKind::reload_unit:
      return unit;
    case RemedyKind::restart_user_unit:
      return fmt::format("{} of {}", unit, user);
    case RemedyKind::reexec_manager:
      return "systemd";
    case RemedyKind::reexec_user_manager:
      return "systemd of " + user;
    case RemedyKind::restart_container:
      return fmt::format("{} {}", printable(remedy.container.engine), printable(remedy.container.name));
    case RemedyKind::end_session:
      return remedy.unit.ends_with(".service") ? "sessions of " + user : fmt::format("session {} of {}", unit, user);
    case RemedyKind::restart_process:
      return fmt::format("process {}{}", fmt::join(remedy.pids, ", "), unit.empty() ? "" : " (" + unit + ")");
  }
  return {};
}

}  // namespace minipkg::cli
