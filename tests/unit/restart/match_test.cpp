// SPDX-License-Identifier: MIT
#include "lib/restart/match.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minipkg::restart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RetiredInode row(std::uint64_t ino, const std::string& path, std::uint64_t transaction = 1,
                 const std::string& handle = "h") {
  RetiredInode retired;
  retired.identity = {8, ino, 1000};
  retired.handle = {1, handle};
  retired.path = path;
  retired.package = "p";
  retired.old_version = "1";
  retired.new_version = "2";
  retired.transaction = transaction;
  return retired;
}

TEST(Compare, HandleDecidesWhateverTheBirthTimeSays) {
  // overlayfs: copying a lower file up gives it another birth time.
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 999}, {1, "h"}}), Verdict::same);
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 1000}, {1, "other generation"}}), Verdict::other);
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 1000}, {2, "h"}}), Verdict::other);
}

TEST(Compare, SameHandleOnAnotherFileSystemIsAnotherInode) {
  EXPECT_EQ(compare(row(5, "/a"), {{9, 5, 1000}, {1, "h"}}), Verdict::other);
}

TEST(Compare, BirthTimeDecidesWhereAHandleIsMissing) {
  EXPECT_EQ(compare(row(5, "/a", 1, ""), {{8, 5, 1000}, {1, "h"}}), Verdict::same);
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 1000}, {}}), Verdict::same);
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 1001}, {}}), Verdict::other);
}

TEST(Compare, NumberAloneDecidesNothing) {
  EXPECT_EQ(compare(row(5, "/a"), {{8, 5, 0}, {}}), Verdict::undecided);
  EXPECT_EQ(compare(row(5, "/a"), {{8, 6, 0}, {}}), Verdict::other);
}

TEST(Compare, OverlayShowsTheFileBelowIt) {
  const Identity shown{55, 5, 1000};
  EXPECT_EQ(compare(row(5, "/a"), {shown, {}, {1, "h"}}), Verdict::same);
  EXPECT_EQ(compare(row(5, "/a"), {shown, {}, {1, "other"}}), Verdict::other);
  EXPECT_EQ(compare(row(5, "/a"), {{55, 5, 1001}, {}, {1, "h"}}), Verdict::other) << "another file system's twin";
  EXPECT_EQ(compare(row(5, "/a", 1, ""), {shown, {}, {}}), Verdict::other);
}

TEST(NamesDeletedFile, WholeNameOnly) {
  EXPECT_TRUE(names_deleted_file("/lib/a (deleted)", "/lib/a"));
  EXPECT_FALSE(names_deleted_file("/lib/a", "/lib/a")) << "the live file of a reused number";
  EXPECT_FALSE(names_deleted_file("/lib/ab (deleted)", "/lib/a"));
  EXPECT_FALSE(names_deleted_file("/other/lib/a (deleted)", "/lib/a"));
  EXPECT_TRUE(names_deleted_file("/lib/a (deleted) (deleted)", "/lib/a (deleted)"));
}

TEST(Distinct, HardLinksAreOneInodeNamedByTheFirstTransactionAndPath) {
  const auto rows = distinct({row(5, "/z", 1), row(5, "/b", 2), row(5, "/a", 2), row(5, "/c", 1)});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].path, "/c");
}

TEST(Distinct, ReusedNumberIsAnotherInode) {
  EXPECT_EQ(distinct({row(5, "/a", 1, "generation 1"), row(5, "/a", 2, "generation 2")}).size(), 2U);
}

TEST(RetiredIndex, FindsAllRowsOfANumberNewestFirst) {
  const RetiredIndex index({row(5, "/a", 1, "x"), row(6, "/b", 1), row(5, "/a", 3, "y")});
  EXPECT_THAT(index.with_number(7), IsEmpty());
  ASSERT_EQ(index.with_number(5).size(), 2U);
  EXPECT_EQ(index.rows()[index.with_number(5)[0]].transaction, 3U);
  EXPECT_EQ(index.rows()[index.with_number(5)[1]].transaction, 1U);
}

TEST(StaleFiles, ManyMappingsOfOneInodeAreOneFileWithTheStrongestUse) {
  const RetiredIndex index({row(5, "/lib.so")});
  const std::vector<Holding> holdings{{0, Use::data, Certainty::unconfirmed},
                                      {0, Use::code, Certainty::unconfirmed},
                                      {0, Use::data, Certainty::confirmed}};
  const auto files = stale_files(index, holdings);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].use, Use::code);
  EXPECT_EQ(files[0].certainty, Certainty::confirmed);
  EXPECT_EQ(files[0].path, "/lib.so");
  EXPECT_EQ(files[0].old_version, "1");
  EXPECT_EQ(files[0].new_version, "2");
  EXPECT_EQ(files[0].ino, 5U);
  EXPECT_EQ(files[0].dev, 8U);
  EXPECT_EQ(files[0].transaction, 1U);
}

TEST(StaleFiles, StrongestUseFirstThenByPath) {
  const RetiredIndex index({row(1, "/data"), row(2, "/b.so"), row(3, "/a.so"), row(4, "/exe"), row(5, "/open")});
  const std::vector<Holding> holdings{
      {4, Use::descriptor}, {0, Use::data}, {1, Use::code}, {2, Use::code}, {3, Use::executable}};
  std::vector<std::string> paths;
  std::vector<StaleFile> files = stale_files(index, holdings);
  sort_files(files);
  for (const StaleFile& file : files) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre("/exe", "/a.so", "/b.so", "/data", "/open"));
}

TEST(StaleFiles, NothingHeldNothingStale) { EXPECT_THAT(stale_files(RetiredIndex({row(1, "/a")}), {}), IsEmpty()); }

TEST(MergeTest, OneFileForAnInodeThatSeveralFindersFound) {
  std::vector<StaleFile> files{stale_file(row(5, "/other/name"), Use::descriptor, Certainty::confirmed),
                               stale_file(row(5, "/script"), Use::script, Certainty::likely),
                               stale_file(row(6, "/a"), Use::code, Certainty::unconfirmed)};
  merge_files(files);
  sort_files(files);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].path, "/a");
  EXPECT_EQ(files[1].path, "/script");
  EXPECT_EQ(files[1].use, Use::script);
  EXPECT_EQ(files[1].certainty, Certainty::confirmed);
}

}  // namespace
}  // namespace minipkg::restart
