// SPDX-License-Identifier: MIT
#include "lib/os/lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <thread>

#include "minipkg/error.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::os {
namespace {

class LockTest : public testing::Test {
 protected:
  WriterLock take(std::chrono::milliseconds wait = {}) {
    return WriterLock::take(fd_.get(), dir_.path(), wait, "minipkg test");
  }

  test::TempDir dir_;
  Fd fd_{::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(LockTest, ASecondWriterIsToldWhoHoldsIt) {
  const WriterLock held = take();
  try {
    take();
    FAIL() << "two writers";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::locked);
    EXPECT_NE(std::string(error.what()).find("pid " + std::to_string(::getpid()) + " (minipkg test)"),
              std::string::npos)
        << error.what();
  }
  EXPECT_FALSE(WriterLock::try_take(fd_.get(), dir_.path(), "x"));
}

TEST_F(LockTest, LeavesNothingBehind) {
  { const WriterLock held = take(); }
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(LockTest, IsClosedToOtherUsers) {
  const WriterLock held = take();
  struct stat stat {};
  ASSERT_EQ(::stat((dir_ / "lock").c_str(), &stat), 0);
  EXPECT_EQ(stat.st_mode & 0777U, 0600U);
}

TEST_F(LockTest, AFileThatAnyoneLeftIsNoLock) {
  dir_.write("lock", "pid 1 (long gone)");
  EXPECT_NO_THROW(take());
}

TEST_F(LockTest, AWaiterTakesOverThoughTheFileWasUnlinkedMeanwhile) {
  auto held = std::make_unique<WriterLock>(take());
  std::thread release([&held] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    held.reset();
  });
  EXPECT_NO_THROW(take(std::chrono::seconds(20)));
  release.join();
}

}  // namespace
}  // namespace minipkg::os
