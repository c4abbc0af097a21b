// SPDX-License-Identifier: MIT
#include "lib/os/spot.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "lib/base/fd.hpp"
#include "lib/os/procfs.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::os {
namespace {

using testing::IsEmpty;

/// A root with /a/b/file, seen from /a.
class SpotTest : public ::testing::Test {
 protected:
  SpotTest() {
    std::filesystem::create_directories(dir_ / "a/b");
    dir_.write("a/b/file", "x");
    root_.reset(::open((dir_ / "").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    start_.reset(::open((dir_ / "a").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }

  Identity identity(const std::string& path) const { return identity_through(AT_FDCWD, (dir_ / path).c_str()).value(); }
  std::vector<Spot> spots(std::string_view path) const {
    return spots_of({root_.get(), start_.get(), [](std::uint64_t) { return true; }}, path);
  }
  void expect_file(std::string_view path) const {
    const std::vector<Spot> found = spots(path);
    ASSERT_FALSE(found.empty()) << path;
    EXPECT_EQ(found.back().directory, identity("a/b")) << path;
    EXPECT_EQ(found.back().name, "file") << path;
    EXPECT_EQ(found.back().file, identity("a/b/file")) << path;
  }
  void link(const std::string& text, const std::string& path) const {
    std::filesystem::create_symlink(text, dir_ / path);
  }

  test::TempDir dir_;
  Fd root_, start_;
};

TEST_F(SpotTest, EveryWayToAFileIsTheSameSpot) {
  link("b/file", "a/near");
  link("/a/b", "far");
  for (const char* path : {"/a/b/file", "b/file", "./b//file", "../a/b/file", "../../../a/./b/../b/file",
                           "/../../a/b/file", "near", "/far/file", "../far/../b/file"})
    expect_file(path);
}

TEST_F(SpotTest, SymlinksAreSpotsToo) {
  link("file", "a/b/one");
  link("/a/b/one", "two");
  const std::vector<Spot> found = spots("/two");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].directory, identity(""));
  EXPECT_EQ(found[0].name, "two");
  EXPECT_EQ(found[1].name, "one");
  EXPECT_EQ(found[2].name, "file");
}

TEST_F(SpotTest, WhatIsMissingHasItsNameBelowWhatIsThere) {
  const std::vector<Spot> found = spots("b/gone/away/file.py");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].directory, identity("a/b"));
  EXPECT_EQ(found[0].name, "gone/away/file.py");
  EXPECT_EQ(found[0].file, Identity{});
  EXPECT_THAT(spots("b/gone/../file"), IsEmpty());
}

TEST_F(SpotTest, BadPathsAreNowhere) {
  link("loop", "a/loop");
  EXPECT_THAT(spots(""), IsEmpty());
  EXPECT_THAT(spots(std::string(5000, 'a')), IsEmpty());
  EXPECT_LE(spots("loop").size(), 41U);
  EXPECT_THAT(spots("/"), IsEmpty());
}

TEST_F(SpotTest, NothingIsLookedUpWhereItMayNot) {
  const Viewpoint view{root_.get(), start_.get(), [](std::uint64_t) { return false; }};
  EXPECT_THAT(spots_of(view, "/a/b/file"), IsEmpty());
  EXPECT_THAT(spots_of(view, "b/file"), IsEmpty());
}

TEST_F(SpotTest, MagicLinksAreNotFollowed) {
  const Viewpoint host{AT_FDCWD, AT_FDCWD, [](std::uint64_t) { return true; }};
  const Fd slash(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Fd file(::open((dir_ / "a/b/file").c_str(), O_RDONLY | O_CLOEXEC));
  std::filesystem::remove(dir_ / "a/b/file");
  const std::vector<Spot> found =
      spots_of({slash.get(), slash.get(), host.may_ask}, "/proc/self/fd/" + std::to_string(file.get()));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.back().file, Identity{}) << "it was gone, only the descriptor leads to it";
}

}  // namespace
}  // namespace minipkg::os
