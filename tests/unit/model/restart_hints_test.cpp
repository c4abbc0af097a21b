// SPDX-License-Identifier: MIT
#include "lib/model/restart_hints.hpp"

#include <gtest/gtest.h>

namespace minipkg {
namespace {

TEST(RestartHints, AsTheManifestSays) {
  const RestartHints hints = parse_restart_hints(R"({"name":"web","version":"2","restart":{"reboot":"soft-reboot",
    "units":[{"name":"web.service","action":"reload"},{"name":"web-user","scope":"user","action":"never"},
             {"name":"web.socket"}]}})");
  EXPECT_EQ(hints.package, "web");
  EXPECT_EQ(hints.version, "2");
  EXPECT_EQ(hints.reboot, Reboot::soft_reboot);
  ASSERT_EQ(hints.units.size(), 3U);
  EXPECT_EQ(hints.units[0], (UnitHint{"web.service", UnitScope::system, UnitAction::reload}));
  EXPECT_EQ(hints.units[1], (UnitHint{"web-user.service", UnitScope::user, UnitAction::never}));
  EXPECT_EQ(hints.units[2], (UnitHint{"web.socket", UnitScope::system, UnitAction::restart}));
}

TEST(RestartHints, KexecIsAReboot) {
  EXPECT_EQ(parse_restart_hints(R"({"restart":{"reboot":"kexec"}})").reboot, Reboot::reboot);
  EXPECT_EQ(parse_restart_hints(R"({"restart":{"reboot":"no"}})").reboot, Reboot::no);
}

TEST(RestartHints, WhatIsNotUnderstoodIsNoHint) {
  for (const char* text :
       {"", "[]", "{", R"({"restart":1})", R"({"restart":{"units":{}}})",
        R"({"restart":{"reboot":7,"units":[1,{},{"name":""},{"name":7},{"name":"a","action":"x"}]}})",
        R"({"restart":{"units":[{"name":"a","scope":"galaxy"}]}})"}) {
    const RestartHints hints = parse_restart_hints(text);
    EXPECT_EQ(hints.reboot, Reboot::no) << text;
    EXPECT_TRUE(hints.units.empty()) << text;
  }
}

TEST(RestartHints, TemplateIsForEveryInstance) {
  const UnitHint hint{"foo@.service", {}, {}};
  EXPECT_TRUE(hint.is_for("foo@1.service"));
  EXPECT_TRUE(hint.is_for("foo@.service"));
  EXPECT_FALSE(hint.is_for("foo.service"));
  EXPECT_FALSE(hint.is_for("foo@1.socket"));
  EXPECT_FALSE(hint.is_for("food@1.service"));
}

}  // namespace
}  // namespace minipkg
