// SPDX-License-Identifier: MIT
#include "lib/os/tree.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "lib/os/openat2.hpp"
#include "lib/os/resolver.hpp"
#include "minipkg/error.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::os {
namespace {

using test::TempDir;

Tree open_tree(const TempDir& dir) {
  return {Fd(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), dir.path().string()};
}

ino_t inode(int fd) {
  struct stat stat {};
  EXPECT_EQ(::fstat(fd, &stat), 0);
  return stat.st_ino;
}

ino_t inode(const std::filesystem::path& path) {
  struct stat stat {};
  EXPECT_EQ(::stat(path.c_str(), &stat), 0);
  return stat.st_ino;
}

/// Both ways of walking: openat2(2), and component by component as on kernels without it.
class TreeTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { pretend_no_openat2(GetParam()); }
  void TearDown() override { pretend_no_openat2(false); }
};
INSTANTIATE_TEST_SUITE_P(BothWalks, TreeTest, testing::Values(false, true));

TEST_P(TreeTest, OpensDirectoriesBelowTheTop) {
  const TempDir dir;
  dir.directory("usr/lib/deep");
  const Tree tree = open_tree(dir);
  EXPECT_EQ(inode(tree.directory("/")), inode(dir.path()));
  EXPECT_EQ(inode(tree.directory("/usr/lib/deep")), inode(dir / "usr/lib/deep"));
}

TEST_P(TreeTest, NeverFollowsASymlink) {
  const TempDir dir;
  dir.directory("real/inner");
  dir.link("real", "link");
  dir.link("inner", "real/last");
  const Tree tree = open_tree(dir);
  EXPECT_LT(tree.try_directory("/link/inner"), 0);
  EXPECT_LT(tree.try_directory("/link"), 0);
  EXPECT_LT(tree.try_directory("/real/last"), 0);
  EXPECT_THROW(tree.directory("/link/inner"), Error);
}

TEST_P(TreeTest, NamesTheWholePathInItsErrors) {
  const TempDir dir;
  try {
    open_tree(dir).directory("/not/there");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find((dir / "not/there").string()), std::string::npos) << error.what();
  }
}

TEST_P(TreeTest, KeepsDescriptorsValidWhileManyOthersAreOpened) {
  const TempDir dir;
  for (int at = 0; at < 150; ++at) dir.directory("d" + std::to_string(at));
  const Tree tree = open_tree(dir);
  const int first = tree.directory("/d0");
  for (int at = 1; at < 150; ++at) tree.directory("/d" + std::to_string(at));
  EXPECT_EQ(inode(first), inode(dir / "d0"));
}

TEST(Resolver, FollowsTrustedLinksInsideTheRoot) {
  const TempDir dir;
  dir.directory("usr/lib");
  dir.link("usr/lib", "lib");
  dir.link("/usr", "absolute");
  dir.link("../../../../../usr", "usr/lib/up");
  const Tree tree = open_tree(dir);
  Resolver resolver(tree);
  EXPECT_EQ(resolver.resolve("/lib").canonical, "/usr/lib");
  EXPECT_EQ(resolver.resolve("/lib/sub/deep").canonical, "/usr/lib/sub/deep");
  EXPECT_EQ(resolver.resolve("/absolute/lib").canonical, "/usr/lib");
  EXPECT_EQ(resolver.resolve("/usr/lib/up/lib").canonical, "/usr/lib") << "'..' stops at the root";
  EXPECT_TRUE(resolver.resolve("/lib").unsafe.empty());
}

TEST(Resolver, RefusesLoops) {
  const TempDir dir;
  dir.link("b", "a");
  dir.link("a", "b");
  const Tree tree = open_tree(dir);
  EXPECT_FALSE(Resolver(tree).resolve("/a/x").unsafe.empty());
}

TEST(Resolver, RefusesAnotherUsersLinkUnlessItLeadsToHisOwnDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give links away";
  const TempDir dir;
  dir.directory("roots");
  dir.directory("his");
  dir.link("roots", "evil");
  dir.link("his", "harmless");
  ASSERT_EQ(::lchown((dir / "evil").c_str(), 1234, 1234), 0);
  ASSERT_EQ(::lchown((dir / "harmless").c_str(), 1234, 1234), 0);
  ASSERT_EQ(::chown((dir / "his").c_str(), 1234, 1234), 0);
  const Tree tree = open_tree(dir);
  Resolver resolver(tree);
  EXPECT_FALSE(resolver.resolve("/evil/x").unsafe.empty());
  EXPECT_TRUE(resolver.resolve("/harmless/x").unsafe.empty());
}

TEST(Resolver, PlannedLinksComeBeforeTheDisk) {
  const TempDir dir;
  dir.directory("old");
  dir.link("old", "link");
  const Tree tree = open_tree(dir);
  Resolver resolver(tree, [](const std::string& path) -> std::optional<std::string> {
    if (path == "/new") return "/old";
    if (path == "/link") return "";  // will be a directory
    return std::nullopt;
  });
  EXPECT_EQ(resolver.resolve("/new/x").canonical, "/old/x");
  EXPECT_EQ(resolver.resolve("/link/x").canonical, "/link/x");
}

}  // namespace
}  // namespace minipkg::os
