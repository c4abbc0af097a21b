// SPDX-License-Identifier: MIT
#include "lib/restart/script_history.hpp"

#include <gtest/gtest.h>

namespace minipkg::restart {
namespace {

constexpr std::int64_t tick = 10'000'000;

enum class Now { away, returned };

RetiredInode was(std::uint64_t ino, std::int64_t renamed, Now now = Now::away) {
  RetiredInode inode;
  inode.identity = {1, ino, 5};
  inode.renamed = renamed;
  inode.transaction = static_cast<std::uint64_t>(renamed);
  inode.returned = now == Now::returned;
  return inode;
}

/// Inode that a process read which began at this time; 0: the one that is there now.
std::uint64_t read_at(const std::vector<RetiredInode>& inodes, std::int64_t began) {
  History history;
  for (const RetiredInode& inode : inodes) history.push_back(&inode);
  sort_by_time(history);
  const RetiredInode* const old = read_by(history, began);
  return old == nullptr ? 0 : old->identity.ino;
}

TEST(ScriptHistoryTest, WhatWasThereWhenItBegan) {
  const std::vector<RetiredInode> twice{was(12, 200), was(11, 100)};
  EXPECT_EQ(read_at(twice, 99), 11U);
  EXPECT_EQ(read_at(twice, 100), 11U);
  EXPECT_EQ(read_at(twice, 101), 12U);
  EXPECT_EQ(read_at(twice, 201), 0U);
  EXPECT_EQ(read_at({}, 0), 0U);
}

TEST(ScriptHistoryTest, UndoneIsNotOldForWhoBeganBefore) {
  const std::vector<RetiredInode> undone{was(11, 100, Now::returned), was(12, 200)};
  EXPECT_EQ(read_at(undone, 50), 0U);
  EXPECT_EQ(read_at(undone, 150), 12U);
  EXPECT_EQ(read_at(undone, 250), 0U);
  const std::vector<RetiredInode> both_ways{was(11, 100, Now::returned), was(12, 200, Now::returned), was(11, 300)};
  EXPECT_EQ(read_at(both_ways, 50), 11U);
  EXPECT_EQ(read_at(both_ways, 150), 0U);
  EXPECT_EQ(read_at(both_ways, 250), 11U);
  EXPECT_EQ(read_at(both_ways, 350), 0U);
}

TEST(ScriptHistoryTest, SameTickCountsAsAfter) {
  EXPECT_EQ(began_by(7, 100), 8 * tick);
  const std::vector<RetiredInode> once{was(11, 75 * tick / 10)};
  EXPECT_EQ(read_at(once, began_by(7, 100)), 0U);
  EXPECT_EQ(read_at(once, began_by(6, 100)), 11U);
}

TEST(ScriptHistoryTest, ExtensionsAreWhatOnlyOneInterpreterLoads) {
  EXPECT_EQ(language_of_extension("/usr/lib/python3/dist-packages/a/b/c.cpython-311-x86_64-linux-gnu.so"),
            Language::python);
  EXPECT_EQ(language_of_extension("/usr/lib/python3.11/lib-dynload/x.so"), Language::python);
  EXPECT_EQ(language_of_extension("/usr/lib/x86_64-linux-gnu/perl5/5.36/auto/A/A.so"), Language::perl);
  EXPECT_EQ(language_of_extension("/usr/lib/x86_64-linux-gnu/ruby/3.1.0/json.so"), Language::ruby);
  EXPECT_EQ(language_of_extension("/opt/app/build/x.node"), Language::javascript);
  EXPECT_EQ(language_of_extension("/usr/lib/libsystemd.so"), Language::none);
  EXPECT_EQ(language_of_extension("/usr/lib/python3/dist-packages/a.py"), Language::none);
}

}  // namespace
}  // namespace minipkg::restart
