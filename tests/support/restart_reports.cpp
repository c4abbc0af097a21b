// SPDX-License-Identifier: MIT
#include "support/restart_reports.hpp"

namespace minipkg::cli {
namespace {

Remedy of_user(Remedy remedy, const char* user, std::uint32_t uid) {
  remedy.user = user;
  remedy.uid = uid;
  return remedy;
}

Remedy because(Remedy remedy, const char* why) {
  remedy.why = why;
  return remedy;
}

Remedy found_by(Remedy remedy, Certainty certainty, Basis basis) {
  remedy.certainty = certainty;
  remedy.basis = basis;
  return remedy;
}

Remedy of_container(Container container, std::vector<std::uint32_t> pids) {
  Remedy restart = remedy(RemedyKind::restart_container, Manner::automatic, "", std::move(pids));
  restart.container = std::move(container);
  return restart;
}

Placement in_container(const char* engine, const char* name) {
  Placement placement = unit("docker-0123456789ab.scope");
  placement.container = {engine, name};
  return placement;
}

Placement of_alice(const char* user_unit) {
  Placement placement = unit("user@1000.service");
  placement.slice = "user-1000.slice";
  placement.user_unit = user_unit;
  return placement;
}

Placement session(const char* number) {
  Placement placement = unit(("session-" + std::string(number) + ".scope").c_str());
  placement.slice = "user-1000.slice";
  placement.session = number;
  return placement;
}

std::vector<StaleProcess> full_processes() {
  const StaleFile ssl = file("/usr/lib/libssl.so.3", "libssl3", "3.0.15-1", "3.0.17-1", Use::code);
  const StaleFile libc = file("/usr/lib/libc.so.6", "libc6", "2.36-9+deb12u8", "2.36-9+deb12u10", Use::code);
  const StaleFile zlib = file("/usr/lib/libz.so.1", "zlib1g", "1:1.2.13-1", "1:1.3-1", Use::code);
  const StaleFile locale = file("/usr/lib/locale/C", "locales", "2.36", "2.37", Use::data);
  const StaleFile sshd = file("/usr/sbin/sshd", "openssh-server", "1:9.2p1-2", "1:9.2p1-3", Use::executable);
  const StaleFile script = file("/usr/bin/app", "app", "1.0", "1.1", Use::script);
  const StaleFile module = file("/usr/lib/python3/jinja.py", "python3-jinja2", "3.1.2", "3.1.3", Use::module);
  const StaleFile nobodys = by_path(file("/opt/plug-in.so", "", "", "", Use::code));
  const StaleFile dpkgs = by_path(file("/usr/lib/libxml2.so.2", "libxml2", "", "2.9.14-1", Use::code));
  StaleProcess chrooted = process(911, "bind", "named", unit("named.service"), {libc});
  chrooted.root = "/srv/chroot";
  return {
      process(1, "root", "systemd", unit("init.scope"), {libc}),
      process(430, "messagebus", "dbus-daemon", unit("dbus.service"), {libc}),
      process(812, "root", "sshd", unit("ssh.service"), {sshd, ssl, libc, zlib, locale}),
      process(820, "www-data", "nginx", unit("nginx.service"), {with(ssl, Certainty::unconfirmed)}),
      chrooted,
      process(1200, "root", "old-tool", unit("cron.service"),
              {removed(file("/usr/bin/old-tool", "old-tool", "0.9", "", Use::executable))}),
      process(1490, "alice", "bash", session("3"), {libc}),
      process(1500, "alice", "emacs", of_alice("emacs.service"), {libc}),
      process(1600, "root", "python3", unit("app.service"),
              {with(script, Certainty::likely), with(module, Certainty::likely)}),
      process(1700, "root", "python3", unit("web.service"), {ssl, with(module, Certainty::likely)}),
      process(2000, "root", "java", unit("java.service"), {nobodys, dpkgs}),
      process(2100, "999", "redis-server", in_container("docker", "cache"), {libc}),
      process(2200, "alice", "greeter", {}, {libc}),
      process(2201, "alice", "greeter", {}, {libc}),
      process(2300, "alice", "less", session("3"),
              {locale, file("/usr/share/doc/x", "doc", "1", "2", Use::descriptor)}),
  };
}

std::vector<Remedy> full_remedies() {
  using enum RemedyKind;
  const auto by_hand = Manner::by_hand, automatic = Manner::automatic;
  return {
      remedy(reexec_manager, automatic, "", {1}),
      remedy(reload_unit, automatic, "nginx.service", {820}),
      remedy(restart_unit, automatic, "cron.service", {1200}),
      remedy(restart_unit, automatic, "named.service", {911}),
      remedy(restart_unit, automatic, "ssh.service", {812}),
      remedy(restart_unit, automatic, "web.service", {1700}),
      found_by(remedy(restart_unit, automatic, "app.service", {1600}), Certainty::likely, Basis::record),
      found_by(remedy(restart_unit, automatic, "java.service", {2000}), Certainty::confirmed, Basis::path),
      of_user(remedy(restart_user_unit, automatic, "emacs.service", {1500}), "alice", 1000),
      of_container({"docker", "cache"}, {2100}),
      because(remedy(restart_unit, by_hand, "dbus.service", {430}),
              "everything that is connected to the message bus would lose it, desktops and logins among them"),
      because(of_user(remedy(end_session, by_hand, "3", {1490}), "alice", 1000), "its programs would end with it"),
      because(of_user(remedy(restart_process, by_hand, "", {2200}), "alice", 1000), "nothing manages it"),
      because(of_user(remedy(restart_process, by_hand, "", {2201}), "alice", 1000), "nothing manages it"),
  };
}

}  // namespace

RestartReport full_report() {
  RestartReport report;
  report.processes = full_processes();
  report.remedies = full_remedies();
  report.reboot = {{Reboot::reboot, "linux-image-amd64", "6.1.170-1", "the running kernel is 6.1.0-28-amd64"},
                   {Reboot::soft_reboot, "dbus", "1.14.10-1", "its manifest asks for it"}};
  report.running_kernel = "6.1.0-28-amd64";
  report.installed_kernel = "6.1.0-40-amd64";
  report.retired = 210;
  report.alive = 12;
  report.scanned = 154;
  report.unreadable = 3;
  return report;
}

RestartReport hostile_report() {
  constexpr const char* evil = "a\033[2J|\"b\\c\n# EOF\xff";
  constexpr const char* disk = "systemd-fsck@dev-disk-by\\x2duuid-1.service";  // a good name with a backslash
  RestartReport report;
  StaleProcess one = process(66, evil, evil, in_container(evil, evil), {file(evil, evil, evil, evil, Use::code)});
  one.root = evil;
  Placement placement = unit(evil);
  placement.user_unit = evil;
  placement.session = evil;
  placement.slice = evil;
  report.processes = {one, process(67, evil, evil, placement, {file(evil, evil, evil, evil, Use::code)}),
                      process(68, "root", "fsck", unit(disk), {file("/x", "x", "1", "2", Use::code)})};
  report.remedies = {
      because(of_user(of_container({evil, evil}, {66}), evil, 66), evil),
      because(of_user(remedy(RemedyKind::restart_user_unit, Manner::automatic, evil, {67}), evil, 66), evil),
      remedy(RemedyKind::restart_unit, Manner::automatic, disk, {68}),
      remedy(RemedyKind::restart_unit, Manner::automatic, "a b.service", {68}),
      remedy(RemedyKind::restart_unit, Manner::automatic, "--now.service", {68}),
      remedy(RemedyKind::restart_unit, Manner::automatic, "$(reboot).service", {68}),
      of_user(remedy(RemedyKind::end_session, Manner::by_hand, evil, {67}), evil, 66),
      of_user(remedy(RemedyKind::restart_process, Manner::by_hand, "", {67}), evil, 66)};
  report.reboot = {{Reboot::reboot, evil, evil, evil}};
  report.running_kernel = report.installed_kernel = evil;
  return report;
}

}  // namespace minipkg::cli
