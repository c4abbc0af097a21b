// SPDX-License-Identifier: MIT
#include "lib/os/in_root.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "lib/os/openat2.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::os {
namespace {

/// With openat2(2), and walked by hand where the kernel lacks it.
class InRoot : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    pretend_no_openat2(GetParam());
    std::filesystem::create_directories(dir_.path() / "root/usr/lib");
    std::filesystem::create_directories(dir_.path() / "usr/lib");
    ::mkfifo((dir_.path() / "root/usr/fifo").c_str(), 0600);
    root_ = Fd(::open((dir_.path() / "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override { pretend_no_openat2(false); }

  void link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, dir_.path() / "root" / name);
  }
  /// Whether `path` leads to root/usr/lib.
  bool leads_to_lib(const std::string& path) const {
    const Fd fd = open_in_root(root_.get(), path, O_RDONLY | O_DIRECTORY);
    struct stat there {
    }, lib{};
    return fd && ::fstat(fd.get(), &there) == 0 && ::stat((dir_.path() / "root/usr/lib").c_str(), &lib) == 0 &&
           there.st_ino == lib.st_ino;
  }
  int error_of(const std::string& path, int flags) const {
    errno = 0;
    return open_in_root(root_.get(), path, flags) ? 0 : errno;
  }

  test::TempDir dir_;
  Fd root_;
};

TEST_P(InRoot, LinksAndDotsStayInside) {
  link("/usr/lib", "absolute");
  link("../../../usr/lib", "climbing");
  link("usr/../usr/./lib", "dotted");
  link("absolute", "twice");
  for (const char* path :
       {"usr/lib", "/usr/lib", "../usr//lib", "absolute", "climbing", "dotted", "twice", "twice/."}) {
    EXPECT_TRUE(leads_to_lib(path)) << path;
  }
}

TEST_P(InRoot, WhatCannotBe) {
  link("loop", "loop");
  link("/nowhere", "dangling");
  EXPECT_EQ(error_of("loop", O_PATH), ELOOP);
  EXPECT_EQ(error_of("dangling", O_PATH), ENOENT);
  EXPECT_EQ(error_of("usr/none", O_PATH), ENOENT);
  EXPECT_EQ(error_of("usr/fifo", O_PATH | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(error_of("usr/fifo/below", O_PATH), ENOTDIR);
  EXPECT_EQ(error_of("usr/fifo", O_PATH), 0);
}

INSTANTIATE_TEST_SUITE_P(BothWalks, InRoot, testing::Values(false, true));

}  // namespace
}  // namespace minipkg::os
