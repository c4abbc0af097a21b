// SPDX-License-Identifier: MIT
#include "lib/model/path.hpp"

#include <gtest/gtest.h>

using namespace minipkg;

TEST(Path, GoodOnesPass) {
  for (const char* path : {"/", "/usr", "/usr/bin/hello", "/a b", "/...", "/.hidden", "/caf\xC3\xA9", "/caf\xE9"}) {
    EXPECT_EQ(why_bad_path(path), "") << path;
  }
  EXPECT_EQ(why_bad_path("/" + std::string(255, 'x')), "");
}

TEST(Path, BadOnesAreRefusedForTheRightReason) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "is empty"},
      {"usr", "is not absolute"},
      {"/usr/", "has an empty component"},
      {"//usr", "has an empty component"},
      {"/usr//bin", "has an empty component"},
      {"/usr/./bin", "has a '.' component"},
      {"/..", "has a '..' component"},
      {"/a/../../x", "has a '..' component"},
      {std::string("/a\0b", 4), "has a NUL byte"},
      {"/a\nb", "has a control character"},
      {"/a\x7F", "has a control character"},
      {"/" + std::string(256, 'x'), "has a component longer than 255 bytes"},
  };
  for (const auto& [path, why] : cases) EXPECT_EQ(why_bad_path(path), why) << path;
}

TEST(Path, OddNamesByConsentButNeverANul) {
  for (const char* path : {"/a\nb", "/\x1B[2J", "/a\x7F"}) EXPECT_EQ(why_bad_path(path, OddNames::allow), "") << path;
  EXPECT_EQ(why_bad_path(std::string_view("/a\0b", 4), OddNames::allow), "has a NUL byte");
  EXPECT_EQ(why_bad_path("/a\n/..", OddNames::allow), "has a '..' component");
}

TEST(Path, LengthAndDepthAreLimited) {
  std::string deep;
  for (int i = 0; i < 512; ++i) deep += "/d";
  EXPECT_EQ(why_bad_path(deep), "");
  EXPECT_EQ(why_bad_path(deep + "/d"), "is deeper than 512 directories");
  std::string longest;
  for (int i = 0; i < 15; ++i) longest += "/" + std::string(255, 'x');
  longest += "/" + std::string(254, 'x');
  ASSERT_EQ(longest.size(), 4095U);
  EXPECT_EQ(why_bad_path(longest), "");
  EXPECT_EQ(why_bad_path(longest + "x"), "is longer than 4095 bytes");
}

TEST(Path, OfMember) {
  const std::pair<const char*, const char*> cases[] = {{"usr/bin/x", "/usr/bin/x"},
                                                       {"./usr/bin/x", "/usr/bin/x"},
                                                       {"usr/lib/", "/usr/lib"},
                                                       {"./", "/"},
                                                       {".", "/"},
                                                       {"././a", "/a"},
                                                       {".hidden", "/.hidden"},
                                                       {"./.x", "/.x"}};
  for (const auto& [member, path] : cases) EXPECT_EQ(path_of_member(member), path) << member;
}

TEST(Path, OfBadMemberStaysBad) {
  for (const char* member : {"/etc/passwd", "../x", "a/../x", ".//etc", "a//b", "a/./b", "a//", "..", "/"}) {
    EXPECT_NE(why_bad_path(path_of_member(member)), "") << member;
  }
}

TEST(Path, Parts) {
  EXPECT_EQ(parent_path("/usr/bin/x"), "/usr/bin");
  EXPECT_EQ(parent_path("/x"), "/");
  EXPECT_EQ(base_name("/usr/bin/x"), "x");
  EXPECT_TRUE(is_at_or_below("/usr", "/usr"));
  EXPECT_TRUE(is_at_or_below("/usr/bin", "/usr"));
  EXPECT_TRUE(is_at_or_below("/usr", "/"));
  EXPECT_FALSE(is_at_or_below("/usrx", "/usr"));
  EXPECT_FALSE(is_at_or_below("/us", "/usr"));
}
