// SPDX-License-Identifier: MIT
#include "lib/foreign/dpkg.hpp"

#include <gmock/gmock.h>

namespace minipkg::foreign {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(DpkgLists, OnlyWholeLinesOfWantedPathsCount) {
  Claims claims{{"/usr/lib/a", {}}, {"/usr/lib/ab", {}}, {"/usr/lib/last", {}}};
  add_list("/.\n/usr\n/usr/lib/abc\n/usr/lib/a\n/usr/lib/last", "one:amd64", claims);
  add_list("/usr/lib/a\n", "two", claims);
  EXPECT_THAT(claims.at("/usr/lib/a"), ElementsAre("one:amd64", "two"));
  EXPECT_THAT(claims.at("/usr/lib/last"), ElementsAre("one:amd64"));
  EXPECT_TRUE(claims.at("/usr/lib/ab").empty());
  EXPECT_EQ(claims.size(), 3U);
}

TEST(DpkgLists, Md5sumsNamePathsWithoutASlash) {
  Claims claims{{"/usr/lib/with space", {}}};
  add_md5sums("short\nd41d8cd98f00b204e9800998ecf8427e  usr/lib/with space\n", "p", claims);
  EXPECT_THAT(claims.at("/usr/lib/with space"), ElementsAre("p"));
}

TEST(DpkgStatus, VersionsOfPackagesAndOfTheirArchitectures) {
  std::map<std::string, std::string> versions{{"a", ""}, {"b:i386", ""}, {"b:amd64", ""}, {"missing", ""}};
  add_versions(
      "Package: a\nVersion: 1:2-3\nDescription: x\n Version: 9\n\n"
      "Package: b\nArchitecture: amd64\nVersion: 4\n\nPackage: b\nArchitecture: i386\nVersion: 5\n\n"
      "Package: unwanted\nVersion: 6",
      versions);
  EXPECT_THAT(versions,
              ElementsAre(Pair("a", "1:2-3"), Pair("b:amd64", "4"), Pair("b:i386", "5"), Pair("missing", "")));
}

TEST(DpkgDiversions, TheDiverterOwnsThePathAndTheOthersWhereTheirsWent) {
  const auto diversions =
      parse_diversions("/bin/sh\n/bin/sh.distrib\ndash\n/usr/lib/gl\n/usr/lib/gl.real\n:\ncut\noff");
  ASSERT_EQ(diversions.size(), 2U);
  const Claims claims{{"/bin/sh", {"bash", "dash:amd64"}}, {"/usr/lib/gl", {"mesa"}}};
  EXPECT_EQ(claimant("/bin/sh", claims, diversions), "dash:amd64");
  EXPECT_EQ(claimant("/bin/sh.distrib", claims, diversions), "bash");
  EXPECT_EQ(claimant("/usr/lib/gl", claims, diversions), "");
  EXPECT_EQ(claimant("/usr/lib/gl.real", claims, diversions), "mesa");
  EXPECT_EQ(claimant("/usr/lib/other", claims, diversions), "");
}

}  // namespace
}  // namespace minipkg::foreign
