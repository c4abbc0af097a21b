// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "minipkg/manifest.hpp"

using namespace minipkg;

namespace {

/// Each list goes from the oldest to the newest; every pair is compared both ways.
void expect_ascending(const char* scheme, const std::vector<std::string>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      const int order = compare_versions(scheme, versions[i], versions[j]);
      const int wanted = i < j ? -1 : i > j ? 1 : 0;
      EXPECT_EQ((order > 0) - (order < 0), wanted) << scheme << ": " << versions[i] << " and " << versions[j];
    }
  }
}

void expect_equal(const char* scheme, const char* left, const char* right) {
  EXPECT_EQ(compare_versions(scheme, left, right), 0) << scheme << ": " << left << " and " << right;
  EXPECT_EQ(compare_versions(scheme, right, left), 0) << scheme << ": " << right << " and " << left;
}

}  // namespace

TEST(Versions, RpmNumbersAndLetters) {
  expect_ascending("rpm", {"1.0", "1.0.1", "1.1", "1.9", "1.10", "2", "2.0.1a", "2.0.2", "10", "10abc", "10.1"});
  expect_ascending("rpm", {"5.5p1", "5.5p2", "5.5p10"});
  expect_ascending("rpm", {"1a", "1.0"});
  expect_ascending("rpm", {"99999999999999999998", "99999999999999999999"});
}

TEST(Versions, RpmTildeIsBeforeTheEndAndCaretBehindIt) {
  expect_ascending("rpm",
                   {"1.0~rc1~git1", "1.0~rc1", "1.0~rc2", "1.0", "1.0^git1~pre", "1.0^git1", "1.0^git2", "1.0.1"});
  expect_ascending("rpm", {"1.0^20160101", "1.0.1^20160101"});
}

TEST(Versions, RpmEpochAndRelease) {
  expect_ascending("rpm", {"2.0-1", "2.0-2", "2.0-10", "2.1-1", "1:1.0-1", "2:0.1-1"});
  expect_equal("rpm", "0:1.0-1", "1.0-1");
  expect_equal("rpm", "1.05", "1.5");
  expect_equal("rpm", "1_0", "1.0");
  expect_equal("rpm", "1.0.", "1.0");
}

TEST(Versions, Deb) {
  expect_ascending("deb", {"1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+b1", "1.0.1", "1.2-1", "1.2-1.1", "1.10-1"});
  expect_ascending("deb", {"9.9-9", "1:0.1-1"});
  expect_ascending("deb", {"2.31-13+deb11u1", "2.31-13+deb11u2", "2.31-13+deb11u10"});
  expect_equal("deb", "1.0", "1.0-0");
  expect_equal("deb", "0:1.0-1", "1.0-1");
  expect_equal("deb", "1.001", "1.1");
}

TEST(Versions, Semver) {
  expect_ascending("semver", {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
                              "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"});
  expect_equal("semver", "1.0.0+build1", "1.0.0+build2");
}

TEST(Versions, UnknownSchemesCompareLikeRpm) { expect_ascending("raw", {"1~1", "1", "1.1"}); }
