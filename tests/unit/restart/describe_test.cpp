// SPDX-License-Identifier: MIT
#include "lib/restart/describe.hpp"

#include <gtest/gtest.h>

#include "unit/restart/playground.hpp"

namespace minipkg::restart {
namespace {

TEST(AddUsers, FirstLineOfANumberWinsAndOddLinesAreLeftOut) {
  std::map<std::uint32_t, std::string> names;
  add_users("root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n\n:x:1:1:::\nshort:x\nbad:x:12a:1:::\n+::::::\nweb:x:33",
            names);
  add_users("http:x:33:33:::\nsshd:x:100:1:::\n", names);
  EXPECT_EQ(names.at(0), "root");
  EXPECT_EQ(names.at(33), "http");
  EXPECT_EQ(names.at(100), "sshd");
  EXPECT_EQ(names.size(), 3U);
}

using UserNamesTest = Playground;

TEST_F(UserNamesTest, RootsOwnFileBeforeTheSystems) {
  std::filesystem::create_directory(below("/etc"));
  write("/etc/passwd", "chief:x:0:0:::\nlocal:x:4000000:1:::\n");
  UserNames users(root_fd_.get());
  EXPECT_EQ(users.name(0), "chief");
  EXPECT_EQ(users.name(4000000), "local");
  EXPECT_EQ(users.name(4000001), "4000001");
}

TEST_F(UserNamesTest, SymlinkDoesNotLeadOutOfTheRoot) {
  std::filesystem::create_directory_symlink("/etc", below("/etc"));  // leads to itself below the root
  EXPECT_EQ(UserNames(root_fd_.get()).name(0), "root") << "from the system's file";
}

}  // namespace
}  // namespace minipkg::restart
