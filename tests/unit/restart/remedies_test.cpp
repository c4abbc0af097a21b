// SPDX-License-Identifier: MIT
#include "lib/restart/remedies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/restart/placement.hpp"

namespace minipkg::restart {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* users = "0::/user.slice/user-1000.slice/user@1000.service";

StaleFile stale(std::string package = "libc", Use use = Use::code) {
  StaleFile file;
  file.package = std::move(package);
  file.use = use;
  return file;
}

StaleProcess process(std::uint32_t pid, const std::string& cgroup, std::string command = "daemon") {
  StaleProcess process;
  process.pid = pid;
  process.ppid = 1;
  process.user = "root";
  process.command = std::move(command);
  process.placement = placement_of(cgroup + "\n");
  process.files = {stale()};
  return process;
}

StaleProcess of_user(StaleProcess process, std::uint32_t uid, std::string user) {
  process.uid = uid;
  process.user = std::move(user);
  return process;
}

std::vector<Remedy> remedies(const std::vector<StaleProcess>& processes, const std::vector<RestartHints>& hints = {},
                             const Caller& caller = {}) {
  return remedies_for(processes, hints, caller);
}

Remedy only(const std::vector<StaleProcess>& processes, const std::vector<RestartHints>& hints = {},
            const Caller& caller = {}) {
  const auto found = remedies(processes, hints, caller);
  EXPECT_EQ(found.size(), 1U);
  return found.empty() ? Remedy() : found.front();
}

RestartHints hints_of(std::string package, std::vector<UnitHint> units) {
  RestartHints hints;
  hints.package = std::move(package);
  hints.units = std::move(units);
  return hints;
}

TEST(Remedies, OneForAUnitWithAllItsProcesses) {
  const Remedy remedy = only({process(30, "0::/system.slice/web.service"), process(7, "0::/system.slice/web.service")});
  EXPECT_EQ(remedy.kind, RemedyKind::restart_unit);
  EXPECT_EQ(remedy.manner, Manner::automatic);
  EXPECT_EQ(remedy.unit, "web.service");
  EXPECT_THAT(remedy.pids, ElementsAre(7, 30));
  EXPECT_EQ(remedy.why, "");
  EXPECT_EQ(remedy.uid, 0U);
}

TEST(Remedies, OldDataAloneCallsForNothing) {
  StaleProcess holder = process(7, "0::/system.slice/web.service");
  holder.files = {stale("libc", Use::data)};
  EXPECT_THAT(remedies({holder}), IsEmpty());
}

TEST(Remedies, InTheOrderToDoThem) {
  std::vector<std::string> order;
  for (const Remedy& remedy :
       remedies({process(90, "0::/"), process(80, "0::/user.slice/user-1000.slice/session-3.scope"),
                 process(70, "0::/lxc.payload.web"), process(65, "0::/system.slice/dbus.service", "dbus-daemon"),
                 of_user(process(60, std::string(users) + "/app.slice/mail.service"), 1000, "ada"),
                 of_user(process(50, std::string(users) + "/init.scope", "systemd"), 1000, "ada"),
                 process(40, "0::/system.slice/web.service"), process(30, "0::/system.slice/systemd-journald.service"),
                 process(20, "0::/system.slice/alpha.service"), process(1, "0::/init.scope", "systemd")})) {
    order.push_back(std::to_string(remedy.pids.front()));
  }
  EXPECT_THAT(order, ElementsAre("1", "30", "20", "40", "50", "60", "65", "70", "80", "90"));
}

TEST(Remedies, ManagersExecuteThemselvesAnew) {
  const Remedy first = only({process(1, "0::/init.scope", "systemd")});
  EXPECT_EQ(first.kind, RemedyKind::reexec_manager);
  EXPECT_EQ(first.manner, Manner::automatic);
  const Remedy users_own = only({of_user(process(50, std::string(users) + "/init.scope", "systemd"), 1000, "ada")});
  EXPECT_EQ(users_own.kind, RemedyKind::reexec_user_manager);
  EXPECT_EQ(users_own.manner, Manner::automatic);
  EXPECT_EQ(users_own.uid, 1000U);
  EXPECT_EQ(users_own.user, "ada");
}

TEST(Remedies, FirstProcessThatIsNoSystemd) {
  const Remedy remedy = only({process(1, "0::/", "tini")});
  EXPECT_EQ(remedy.kind, RemedyKind::restart_process);
  EXPECT_EQ(remedy.manner, Manner::by_hand);
}

TEST(Remedies, SessionCloserIsNoReasonByItself) {
  const Remedy remedy = only({of_user(process(51, std::string(users) + "/init.scope", "(sd-pam)"), 1000, "ada")});
  EXPECT_EQ(remedy.manner, Manner::by_hand);
  EXPECT_EQ(remedy.kind, RemedyKind::end_session);
  EXPECT_THAT(remedy.why, HasSubstr("(sd-pam)"));
}

TEST(Remedies, UserUnitsByUser) {
  const auto found = remedies(
      {of_user(process(60, std::string(users) + "/app.slice/mail.service"), 1000, "ada"),
       of_user(process(61, "0::/user.slice/user-1001.slice/user@1001.service/app.slice/mail.service"), 1001, "bob")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].kind, RemedyKind::restart_user_unit);
  EXPECT_EQ(found[0].user, "ada");
  EXPECT_EQ(found[1].uid, 1001U);
}

TEST(Remedies, ScopesAreNotRestarted) {
  const Remedy remedy = only({process(60, std::string(users) + "/app.slice/app-firefox-6.scope")});
  EXPECT_EQ(remedy.kind, RemedyKind::restart_process);
  EXPECT_EQ(remedy.manner, Manner::by_hand);
  EXPECT_EQ(remedy.unit, "app-firefox-6.scope");
}

TEST(Remedies, SessionOfOneIsOneWhoeverRunsInIt) {
  const std::string session = "0::/user.slice/user-1000.slice/session-3.scope";
  const Remedy remedy = only({process(80, session, "sshd"), of_user(process(81, session, "bash"), 1000, "ada")});
  EXPECT_EQ(remedy.kind, RemedyKind::end_session);
  EXPECT_EQ(remedy.unit, "3");
  EXPECT_EQ(remedy.user, "ada");
  EXPECT_EQ(remedy.uid, 1000U);
  EXPECT_THAT(remedy.pids, ElementsAre(80, 81));
}

TEST(Remedies, YourOwn) {
  Caller caller;
  caller.placement = placement_of("0::/user.slice/user-1000.slice/session-3.scope\n");
  EXPECT_THAT(only({process(80, "0::/user.slice/user-1000.slice/session-3.scope")}, {}, caller).why,
              HasSubstr("you sit in it"));
  EXPECT_THAT(only({process(80, "0::/user.slice/user-1000.slice/session-4.scope")}, {}, caller).why,
              testing::Not(HasSubstr("you sit in it")));
  caller.placement = placement_of("0::/system.slice/ssh.service\n");
  const Remedy ssh = only({process(22, "0::/system.slice/ssh.service", "sshd")}, {}, caller);
  EXPECT_EQ(ssh.manner, Manner::by_hand);
  EXPECT_EQ(ssh.why, "minipkg was started from it");
  caller = {{90, 80}, {}};
  EXPECT_EQ(only({process(80, "0::/")}, {}, caller).why, "minipkg was started from it");
}

TEST(Remedies, OwnUserUnitIsThatOfTheSameUser) {
  Caller caller;
  caller.placement = placement_of(std::string(users) + "/app.slice/term.service\n");
  EXPECT_EQ(only({process(60, std::string(users) + "/app.slice/term.service")}, {}, caller).manner, Manner::by_hand);
  EXPECT_EQ(only({process(60, "0::/user.slice/user-7.slice/user@7.service/app.slice/term.service")}, {}, caller).manner,
            Manner::automatic);
}

TEST(Remedies, SshServerButNotItsConnections) {
  const std::string ssh = "0::/system.slice/ssh.service";
  StaleProcess connection = process(23, ssh, "sshd");
  connection.ppid = 22;
  EXPECT_EQ(only({process(22, ssh, "sshd"), connection}).manner, Manner::automatic);
  EXPECT_EQ(only({connection}).manner, Manner::by_hand);
  EXPECT_EQ(only({process(22, "0::/system.slice/system-ssh.slice/ssh@1-10.0.0.1:22-10.0.0.2:4.service")}).manner,
            Manner::by_hand);
}

TEST(Remedies, ReservedUnitsSayWhy) {
  for (const char* unit : {"dbus.service", "dbus-broker.service", "gdm3.service", "NetworkManager.service",
                           "systemd-logind.service", "getty@tty1.service", "docker.service"}) {
    const Remedy remedy = only({process(9, std::string("0::/system.slice/") + unit)});
    EXPECT_EQ(remedy.manner, Manner::by_hand) << unit;
    EXPECT_NE(remedy.why, "") << unit;
    EXPECT_FALSE(remedy.why.ends_with('.')) << unit;
  }
  EXPECT_EQ(only({process(9, "0::/system.slice/systemd-networkd.service")}).manner, Manner::automatic);
  EXPECT_EQ(only({process(9, std::string(users) + "/app.slice/dbus.service")}).manner, Manner::by_hand);
}

TEST(Remedies, ContainerOnceWhateverIsInIt) {
  const Remedy remedy = only({process(71, "0::/machine.slice/machine-web.scope/payload/system.slice/ssh.service"),
                              process(70, "0::/machine.slice/machine-web.scope/payload/init.scope", "systemd")});
  EXPECT_EQ(remedy.kind, RemedyKind::restart_container);
  EXPECT_EQ(remedy.manner, Manner::by_hand);
  EXPECT_EQ(remedy.container, (Container{"nspawn", "web"}));
  EXPECT_EQ(remedy.unit, "machine-web.scope");
}

TEST(Remedies, TreeByItsTopmostStaleProcess) {
  StaleProcess child = process(101, "0::/"), grandchild = process(102, "0::/"), other = process(200, "0::/");
  child.ppid = 100;
  grandchild.ppid = 101;
  other.ppid = 150;  // its parent is not stale
  const auto found = remedies({process(100, "0::/"), child, grandchild, other});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found[0].pids, ElementsAre(100, 101, 102));
  EXPECT_THAT(found[1].pids, ElementsAre(200));
}

TEST(Remedies, ParentsThatFormARingEnd) {
  StaleProcess one = process(100, "0::/"), two = process(101, "0::/");
  one.ppid = 101;
  two.ppid = 100;
  EXPECT_FALSE(remedies({one, two}).empty());
  one.ppid = 100;
  EXPECT_EQ(remedies({one}).size(), 1U);
}

TEST(Remedies, BestOfItsFiles) {
  StaleProcess script = process(5, "0::/system.slice/a.service"), code = process(6, "0::/system.slice/a.service");
  script.files = {stale("x", Use::script)};
  script.files[0].certainty = Certainty::likely;
  EXPECT_EQ(only({script}).certainty, Certainty::likely);
  EXPECT_EQ(only({script, code}).certainty, Certainty::confirmed);
  code.files[0].basis = Basis::path;
  EXPECT_EQ(only({code}).basis, Basis::path);
  // What may be acted on unasked wins, and it is one finding, not the best of two.
  code.files.push_back(stale());
  code.files[1].certainty = Certainty::unconfirmed;
  EXPECT_EQ(only({code}).basis, Basis::record);
  EXPECT_EQ(only({code}).certainty, Certainty::unconfirmed);
  code.files[1].use = Use::data;
  EXPECT_EQ(only({code}).basis, Basis::path);
}

TEST(Remedies, ReloadIfEveryPackageSaysSo) {
  const std::vector<RestartHints> hints{hints_of("web", {{"web.service", UnitScope::system, UnitAction::reload}})};
  StaleProcess web = process(5, "0::/system.slice/web.service");
  web.files = {stale("web", Use::executable)};
  EXPECT_EQ(only({web}, hints).kind, RemedyKind::reload_unit);
  EXPECT_EQ(only({web}, hints).manner, Manner::automatic);
  web.files.push_back(stale("libc"));
  EXPECT_EQ(only({web}, hints).kind, RemedyKind::restart_unit);
  web.files[1].use = Use::data;
  EXPECT_EQ(only({web}, hints).kind, RemedyKind::reload_unit);
}

TEST(Remedies, WhatPackagesForbid) {
  const StaleProcess instance = process(5, "0::/system.slice/system-db.slice/db@main.service");
  const Remedy never = only({instance}, {hints_of("db", {{"db@.service", UnitScope::system, UnitAction::never}})});
  EXPECT_EQ(never.manner, Manner::by_hand);
  EXPECT_THAT(never.why, HasSubstr("db forbids"));
  EXPECT_EQ(only({instance}, {hints_of("db", {{"db@main.service", UnitScope::system, UnitAction::defer}})}).manner,
            Manner::by_hand);
  EXPECT_EQ(only({instance}, {hints_of("db", {{"db@.service", UnitScope::user, UnitAction::never}})}).manner,
            Manner::automatic);
  EXPECT_EQ(only({instance}, {hints_of("db", {{"db@.service", UnitScope::system, UnitAction::restart}})}).manner,
            Manner::automatic);
}

}  // namespace
}  // namespace minipkg::restart
