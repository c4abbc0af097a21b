// SPDX-License-Identifier: MIT
#include "lib/model/package_before.hpp"

#include <gtest/gtest.h>

#include "minipkg/error.hpp"

namespace minipkg {
namespace {

FileEntry file(const std::string& path, std::int64_t mtime) {
  FileEntry entry;
  entry.path = path;
  entry.mode = 0644;
  entry.mtime = mtime;
  return entry;
}

RecordedManifest recorded(const std::string& version, std::vector<FileEntry> files) {
  Manifest manifest;
  manifest.name = "app";
  manifest.version = version;
  manifest.arch = "noarch";
  manifest.summary = "of " + version;
  manifest.files = std::move(files);
  return {manifest, manifest_digest(manifest)};
}

const RecordedManifest old = recorded("1", {file("/a", 1), file("/b", 1), file("/c", 1)});
const RecordedManifest now = recorded("2", {file("/a", 1), file("/b", 2), file("/d", 2)});

TEST(PackageBefore, OnlyWhatDiffersIsNoted) {
  const PackageBefore before = difference("app", &old, &now.manifest, &now.digest);
  EXPECT_EQ(before.were, (std::vector<FileEntry>{file("/b", 1), file("/c", 1)}));
  EXPECT_EQ(before.were_not, std::vector<std::string>{"/d"});
}

TEST(PackageBefore, TheEarlierManifestComesBackWhole) {
  const auto back = step_back(difference("app", &old, &now.manifest, &now.digest), now);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->manifest, old.manifest);
  EXPECT_EQ(back->digest, old.digest);
}

TEST(PackageBefore, ARemovedPackageComesBackAndANewOneGoes) {
  EXPECT_EQ(step_back(difference("app", &old, nullptr, nullptr), std::nullopt)->manifest, old.manifest);
  EXPECT_FALSE(step_back(difference("app", nullptr, &now.manifest, &now.digest), now));
}

TEST(PackageBefore, AnotherStateThanTheTransactionLeftIsRefused) {
  const PackageBefore before = difference("app", &old, &now.manifest, &now.digest);
  EXPECT_THROW(step_back(before, std::nullopt), Error);
  EXPECT_THROW(step_back(before, recorded("3", {})), Error);
}

TEST(PackageBefore, ADamagedRecordIsFoundByItsDigest) {
  PackageBefore before = difference("app", &old, &now.manifest, &now.digest);
  before.were.pop_back();
  try {
    step_back(before, now);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cannot_answer);
  }
}

}  // namespace
}  // namespace minipkg
