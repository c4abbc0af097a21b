// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/service/choose.hpp"
#include "lib/service/commands.hpp"
#include "lib/service/run_program.hpp"
#include "lib/service/unit_state.hpp"
#include "minipkg/error.hpp"

namespace minipkg::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Remedy remedy(RemedyKind kind, std::string unit, std::uint32_t uid = 0, Manner manner = Manner::automatic) {
  Remedy result;
  result.kind = kind;
  result.unit = std::move(unit);
  result.uid = uid;
  result.manner = manner;
  result.why = manner == Manner::by_hand ? "because" : "";
  return result;
}

RestartReport report_of(std::vector<Remedy> remedies) {
  RestartReport report;
  report.remedies = std::move(remedies);
  return report;
}

std::vector<std::string> pending(const std::vector<Restart>& restarts) {
  std::vector<std::string> units;
  for (const Restart& each : restarts) {
    if (each.treatment == Treatment::pending) units.push_back(each.remedy.unit);
  }
  return units;
}

TEST(Choose, NothingThatOnlySeemsOldAndNothingOfOthersUnlessAsked) {
  RestartReport report =
      report_of({remedy(RemedyKind::restart_unit, "a.service"), remedy(RemedyKind::restart_unit, "likely.service"),
                 remedy(RemedyKind::restart_unit, "path.service"),
                 remedy(RemedyKind::restart_unit, "dbus.service", 0, Manner::by_hand)});
  report.remedies[1].certainty = Certainty::likely;
  report.remedies[2].basis = Basis::path;
  EXPECT_THAT(pending(choose(report, {})), ElementsAre("a.service"));
  RestartWish wish;
  wish.likely = true;
  EXPECT_THAT(pending(choose(report, wish)), ElementsAre("a.service", "likely.service"));
  wish = {};
  wish.unmanaged = true;
  EXPECT_THAT(pending(choose(report, wish)), ElementsAre("a.service", "path.service"));
  EXPECT_EQ(choose(report, {})[3].why, "because");
}

TEST(Choose, UnitsByName) {
  const RestartReport report =
      report_of({remedy(RemedyKind::restart_unit, "a.service"), remedy(RemedyKind::restart_unit, "b.service"),
                 remedy(RemedyKind::restart_unit, "dbus.service", 0, Manner::by_hand)});
  RestartWish wish;
  wish.units = {"b"};
  EXPECT_THAT(pending(choose(report, wish)), ElementsAre("b.service"));
  for (const char* unit : {"c", "dbus.service", ""}) {
    wish.units = {unit};
    EXPECT_THROW(choose(report, wish), Error) << unit;
  }
}

TEST(Choose, ServicesOnly) {
  RestartWish wish;
  wish.only_services = true;
  EXPECT_THAT(pending(choose(report_of({remedy(RemedyKind::reexec_manager, "init.scope"),
                                        remedy(RemedyKind::restart_unit, "a.service"),
                                        remedy(RemedyKind::reload_unit, "b.service"),
                                        remedy(RemedyKind::restart_user_unit, "c.service", 1000)}),
                             wish)),
              ElementsAre("a.service", "b.service"));
}

TEST(Commands, OneForEachManagerAndVerb) {
  const auto restarts =
      choose(report_of({remedy(RemedyKind::reexec_manager, "init.scope"), remedy(RemedyKind::restart_unit, "a.service"),
                        remedy(RemedyKind::reload_unit, "b.service"), remedy(RemedyKind::restart_unit, "c.service"),
                        remedy(RemedyKind::reexec_user_manager, "user@7.service", 7),
                        remedy(RemedyKind::reexec_user_manager, "user@8.service", 8),
                        remedy(RemedyKind::restart_user_unit, "d.service", 7),
                        remedy(RemedyKind::restart_user_unit, "-n.service", 8)}),
             {});
  std::vector<std::string> lines;
  for (const Step& step : steps_for(restarts, std::vector<Manager>{{true, 7}}, {"/usr/bin/systemctl", "", 0})) {
    std::string line;
    for (const std::string& word : step.command) line += word.starts_with("--no-") ? "" : word + " ";
    lines.push_back(line);
  }
  EXPECT_THAT(
      lines,
      ElementsAre("/usr/bin/systemctl --user --machine=7@.host daemon-reload ", "/usr/bin/systemctl daemon-reexec ",
                  "/usr/bin/systemctl try-restart -- a.service c.service ", "/usr/bin/systemctl reload -- b.service ",
                  "/usr/bin/systemctl --user --machine=7@.host daemon-reexec ",
                  "/usr/bin/systemctl --user --machine=7@.host try-restart -- d.service ",
                  "/usr/bin/systemctl --user --machine=8@.host daemon-reexec ",
                  "/usr/bin/systemctl --user --machine=8@.host try-restart -- -n.service "));
}

TEST(Commands, OwnManagerIsAskedDirectly) {
  const Command command = show_command({true, 1000}, {"a.service"}, {"/bin/systemctl", "", 1000});
  EXPECT_EQ(std::count_if(command.begin(), command.end(), [](const auto& word) { return word.starts_with("--mach"); }),
            0);
}

TEST(UnitStates, AsSystemctlShowsThem) {
  const auto states = parse_unit_states(
      "Type=notify\nId=ssh.service\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\n"
      "NRestarts=0\nInvocationID=abc\nRefuseManualStop=no\nNeedDaemonReload=yes\n\n"
      "Id=b.service\nActiveState=failed\nResult=exit-code\nRefuseManualStop=yes\nNRestarts=x\n");
  ASSERT_EQ(states.size(), 2U);
  EXPECT_TRUE(states[0].is_up());
  EXPECT_TRUE(states[0].needs_reload);
  EXPECT_EQ(states[0].invocation, "abc");
  EXPECT_FALSE(states[1].is_up());
  EXPECT_TRUE(states[1].refuses_by_hand);
  EXPECT_THAT(parse_unit_states("Failed to connect to bus\n"), IsEmpty());
  EXPECT_THAT(parse_unit_states(""), IsEmpty());
}

TEST(UnitStates, WhatIsLeftAlone) {
  UnitState state;
  state.active = "active";
  state.load = "loaded";
  EXPECT_EQ(why_left(state), "");
  state.type = "oneshot";
  EXPECT_THAT(why_left(state), HasSubstr("ends by itself"));
  state.type = "simple";
  state.active = "failed";
  EXPECT_NE(why_left(state), "");
}

TEST(UnitStates, WhatCountsAsFailed) {
  UnitState before, after;
  before.active = after.active = "active";
  before.invocation = "a";
  after.invocation = "b";
  EXPECT_EQ(why_failed(before, after), "");
  after.restarts = 2;
  EXPECT_THAT(why_failed(before, after), HasSubstr("again and again"));
  after.restarts = 0;
  after.invocation = "a";
  EXPECT_THAT(why_failed(before, after), HasSubstr("did not restart"));
  after.active = "activating";
  EXPECT_THAT(why_failed(before, after), HasSubstr("did not come up"));
}

TEST(RunProgram, OutputStatusAndNothingOfOurEnvironment) {
  ::setenv("LD_PRELOAD_TEST", "inherited", 1);
  const Finished finished = run_program({"/bin/sh", "-c", "echo out; echo err >&2; env; cat; exit 3"});
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(finished.output, HasSubstr("out\nerr\n"));
  EXPECT_THAT(finished.output, HasSubstr("SYSTEMD_COLORS=0"));
  EXPECT_THAT(finished.output, testing::Not(HasSubstr("inherited")));
  EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"}).status, 137);
  EXPECT_EQ(run_program({"/no/such/program"}).status, 127);
  // More than is kept is read all the same: nobody waits for ever.
  EXPECT_EQ(run_program({"/bin/sh", "-c", "head -c 300000 /dev/zero"}).output.size(), 65536U);
}

}  // namespace
}  // namespace minipkg::service
