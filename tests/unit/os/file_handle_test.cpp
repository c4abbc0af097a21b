// SPDX-License-Identifier: MIT
#include "lib/os/file_handle.hpp"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "unit/restart/playground.hpp"

namespace minipkg::os {
namespace {

class FileHandleTest : public restart::Playground {
 protected:
  void SetUp() override {
    Playground::SetUp();
    write("/a", "x");
    const auto handle = handle_at(root_fd_.get(), "a");
    if (!handle) GTEST_SKIP() << "this file system has no file handles";
    if (probe_handle(root_fd_.get(), *handle) == Life::unknown) GTEST_SKIP() << "may not open by handle";
  }
};

TEST_F(FileHandleTest, SameByNameByDescriptorAndByHardLink) {
  ASSERT_EQ(::linkat(root_fd_.get(), "a", root_fd_.get(), "b", 0), 0);
  const Fd fd(::openat(root_fd_.get(), "a", O_PATH | O_CLOEXEC));
  EXPECT_EQ(handle_at(root_fd_.get(), "a"), handle_at(fd.get(), ""));
  EXPECT_EQ(handle_at(root_fd_.get(), "a"), handle_at(root_fd_.get(), "b"));
}

TEST_F(FileHandleTest, SymlinkIsNotFollowed) {
  ASSERT_EQ(::symlinkat("a", root_fd_.get(), "link"), 0);
  EXPECT_NE(handle_at(root_fd_.get(), "link"), handle_at(root_fd_.get(), "a"));
}

TEST_F(FileHandleTest, HeldWhileOpenOrMapped) {
  const FileHandle handle = handle_at(root_fd_.get(), "a").value();
  EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::named);
  Fd held(::openat(root_fd_.get(), "a", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::unlinkat(root_fd_.get(), "a", 0), 0);
  EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::held);
  void* const mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, held.get(), 0);
  held.reset();
  EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::held);
  ASSERT_EQ(::munmap(mapped, 4096), 0);
  EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::gone);
}

TEST_F(FileHandleTest, ReusedNumberIsAnotherHandle) {
  const FileHandle handle = handle_at(root_fd_.get(), "a").value();
  ASSERT_EQ(::unlinkat(root_fd_.get(), "a", 0), 0);
  for (int i = 0; i < 100; ++i) {
    write("/a", "y");
    EXPECT_NE(handle_at(root_fd_.get(), "a"), handle);
    EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::gone);
    ASSERT_EQ(::unlinkat(root_fd_.get(), "a", 0), 0);
  }
}

TEST_F(FileHandleTest, NothingForWhatIsNotThere) { EXPECT_FALSE(handle_at(root_fd_.get(), "none")); }

TEST_F(FileHandleTest, UnknownForAnEmptyOrOversizedHandle) {
  EXPECT_EQ(probe_handle(root_fd_.get(), {}), Life::unknown);
  EXPECT_EQ(probe_handle(root_fd_.get(), {1, std::string(1000, 'x')}), Life::unknown);
}

/// A database that somebody else made may name any inode: to open a fifo wakes who waits at its other end.
TEST_F(FileHandleTest, WhatIsNoRegularFileIsNotOpened) {
  ASSERT_EQ(::mkfifoat(root_fd_.get(), "fifo", 0600), 0);
  const FileHandle handle = handle_at(root_fd_.get(), "fifo").value();
  const Fd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  ASSERT_GE(::inotify_add_watch(watch.get(), (root_ + "/fifo").c_str(), IN_OPEN), 0);
  EXPECT_EQ(probe_handle(root_fd_.get(), handle), Life::unknown);
  std::array<char, 4096> events{};
  EXPECT_LT(::read(watch.get(), events.data(), events.size()), 0);
}

}  // namespace
}  // namespace minipkg::os
