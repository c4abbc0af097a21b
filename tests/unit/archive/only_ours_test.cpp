// SPDX-License-Identifier: MIT
#include "lib/archive/only_ours.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/fd.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::archive {
namespace {

class OnlyOurs : public testing::Test {
 protected:
  OnlyOurs() {
    directory_.write("package", "bytes");
    set_mode(0644);
  }

  void SetUp() override {
    struct statvfs file_system {};
    const bool nosuid = ::statvfs(path().c_str(), &file_system) == 0 && (file_system.f_flag & ST_NOSUID) != 0;
    if (nosuid) GTEST_SKIP() << "temporary files are on a file system that is never only ours";
  }

  void set_mode(mode_t mode) { ASSERT_EQ(::chmod(path().c_str(), mode), 0); }
  std::string path() const { return directory_ / "package"; }
  bool answer() const { return only_ours(Fd(::open(path().c_str(), O_RDONLY | O_CLOEXEC)).get()); }

  test::TempDir directory_;
};

TEST_F(OnlyOurs, AFileOfOurs) {
  EXPECT_TRUE(answer());
  set_mode(0600);
  EXPECT_TRUE(answer());
}

TEST_F(OnlyOurs, OthersMayWrite) {
  for (const mode_t mode : {0664U, 0646U, 0666U}) {
    set_mode(mode);
    EXPECT_FALSE(answer()) << mode;
  }
}

TEST_F(OnlyOurs, ItIsAnothers) {
  if (::chown(path().c_str(), 65534, 65534) != 0) GTEST_SKIP() << "needs root";
  EXPECT_FALSE(answer());
}

TEST_F(OnlyOurs, WhoOpenedItBeforeItWasOursStillWrites) {
  Fd writer(::open(path().c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(answer());
  writer.reset();
  EXPECT_TRUE(answer());
}

TEST_F(OnlyOurs, AMappingWrites) {
  Fd writer(::open(path().c_str(), O_RDWR | O_CLOEXEC));
  void* const mapping = ::mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, writer.get(), 0);
  ASSERT_NE(mapping, MAP_FAILED);
  writer.reset();
  EXPECT_FALSE(answer());
  ::munmap(mapping, 5);
  EXPECT_TRUE(answer());
}

TEST_F(OnlyOurs, ItStaysReadableAndUnlocked) {
  const Fd reader(::open(path().c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(only_ours(reader.get()));
  const Fd writer(::open(path().c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));  // a lease would refuse it
  EXPECT_TRUE(writer);
}

TEST(OnlyOursKind, WhatIsNoDiskOfThisMachine) {
  EXPECT_FALSE(only_ours(Fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC)).get()));
  EXPECT_FALSE(only_ours(-1));
}

}  // namespace
}  // namespace minipkg::archive
