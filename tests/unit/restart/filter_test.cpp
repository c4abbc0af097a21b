// SPDX-License-Identifier: MIT
#include "lib/restart/filter.hpp"

#include <gmock/gmock.h>

#include "lib/restart/scan.hpp"
#include "minipkg/error.hpp"
#include "unit/restart/playground.hpp"

namespace minipkg::restart {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using FilterTest = Playground;

TEST(Filter, UserNumber) {
  constexpr std::string_view passwd =
      "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nalice:x:1:1::/:\nbad\n:x:5:5\n";
  EXPECT_EQ(user_number("alice", passwd), 1000U);
  EXPECT_EQ(user_number("root", passwd), 0U);
  EXPECT_EQ(user_number("1234", passwd), 1234U);
  EXPECT_EQ(user_number("bob", passwd), std::nullopt);
  EXPECT_EQ(user_number("", passwd), std::nullopt);
  EXPECT_EQ(user_number("12a", passwd), std::nullopt);
  EXPECT_EQ(user_number("4294967296", passwd), std::nullopt);
}

TEST(Filter, UnitWithAndWithoutSuffix) {
  Placement placement;
  EXPECT_FALSE(is_in_unit(placement, ""));
  placement.unit = "ssh.service";
  EXPECT_TRUE(is_in_unit(placement, "ssh"));
  EXPECT_TRUE(is_in_unit(placement, "ssh.service"));
  EXPECT_FALSE(is_in_unit(placement, "ss"));
  EXPECT_FALSE(is_in_unit(placement, "ssh.socket"));
  placement.unit = "user@1000.service";
  placement.user_unit = "emacs.service";
  EXPECT_TRUE(is_in_unit(placement, "emacs"));
  EXPECT_TRUE(is_in_unit(placement, "user@1000"));
}

TEST_F(FilterTest, ProcessesOfAUserAndOfAUnit) {
  copy_program("/prog");
  const Child child([&] { run_program(below("/prog")); });
  const RetiredInode old = row("/prog");
  replace("/prog", "new");
  ScanOptions options;
  options.users = {std::to_string(::geteuid())};
  EXPECT_THAT(scan_for({old}, options).processes, SizeIs(1));
  options.users = {"4000000000"};
  const RestartReport others = scan_for({old}, options);
  EXPECT_THAT(others.processes, IsEmpty());
  EXPECT_EQ(others.scanned + others.unreadable, 0U);  // passed over, not looked at in vain
  options.users.clear();
  options.units = {"no-such-unit"};
  EXPECT_THAT(scan_for({old}, options).processes, IsEmpty());
}

TEST_F(FilterTest, NameByTheRootsOwnPasswd) {
  std::filesystem::create_directory(below("/etc"));
  write("/etc/passwd", "me-in-here:x:" + std::to_string(::geteuid()) + ":0::/:/bin/sh\n");
  copy_program("/prog");
  const Child child([&] { run_program(below("/prog")); });
  const RetiredInode old = row("/prog");
  replace("/prog", "new");
  ScanOptions options;
  options.users = {"me-in-here"};
  EXPECT_THAT(scan_for({old}, options).processes, SizeIs(1));
}

TEST_F(FilterTest, UnknownUserIsAnErrorThoughNothingIsOnRecord) {
  ScanOptions options;
  options.users = {"nobody-has-this-name"};
  EXPECT_THROW(scan_for({}, options), Error);
}

}  // namespace
}  // namespace minipkg::restart
