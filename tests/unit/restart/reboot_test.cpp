// SPDX-License-Identifier: MIT
#include "lib/restart/reboot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minipkg::restart {
namespace {

using testing::IsEmpty;

RetiredInode retired(std::string path, RetiredKind kind = RetiredKind::replaced) {
  RetiredInode inode;
  inode.path = std::move(path);
  inode.package = "linux";
  inode.new_version = "2";
  inode.kind = kind;
  return inode;
}

RestartReport judged(const RebootFacts& facts) {
  RestartReport report;
  judge_reboot(facts, report);
  return report;
}

TEST(KernelRelease, OfKernelsFilesOnly) {
  EXPECT_EQ(kernel_release("/boot/vmlinuz-6.1.0-9-amd64"), "6.1.0-9-amd64");
  EXPECT_EQ(kernel_release("/usr/lib/modules/6.8.4-200.fc39.x86_64/vmlinuz"), "6.8.4-200.fc39.x86_64");
  EXPECT_EQ(kernel_release("/lib/modules/6.1/kernel"), "6.1");
  EXPECT_EQ(kernel_release("/lib/modules/6.1/modules.builtin"), "6.1");
  for (const char* path : {"/lib/modules/6.1/updates", "/lib/modules/6.1/kernel/net", "/boot/initrd.img-6.1", "/boot",
                           "/boot/vmlinuz-a/b", "/lib/modules/6.1", ""}) {
    EXPECT_EQ(kernel_release(path), "") << path;
  }
}

TEST(Reboot, NewerKernelInstalled) {
  const RestartReport report =
      judged({"6.1.0-9-amd64", {{"6.1.0-9-amd64", "a", "1"}, {"6.1.0-18-amd64", "linux", "2"}}, {}, {}, {}});
  EXPECT_EQ(report.running_kernel, "6.1.0-9-amd64");
  EXPECT_EQ(report.installed_kernel, "6.1.0-18-amd64");
  ASSERT_EQ(report.reboot.size(), 1U);
  EXPECT_EQ(report.reboot[0].wish, Reboot::reboot);
  EXPECT_EQ(report.reboot[0].package, "linux");
  EXPECT_EQ(report.reboot[0].version, "2");
  EXPECT_EQ(report.reboot[0].why, "kernel 6.1.0-18-amd64 is installed, 6.1.0-9-amd64 is running");
}

TEST(Reboot, OlderOrSameKernelIsNoReason) {
  EXPECT_THAT(judged({"6.1.0-18-amd64", {{"6.1.0-9-amd64", "a", "1"}}, {}, {}, {}}).reboot, IsEmpty());
  EXPECT_THAT(judged({"6.1.0-9-amd64", {{"6.1.0-9-amd64", "a", "1"}}, {}, {}, {}}).reboot, IsEmpty());
  EXPECT_THAT(judged({"6.1.0", {}, {}, {}, {}}).reboot, IsEmpty());
}

TEST(Reboot, KernelOfAnotherSortCountsOnlyWhereThereIsNoneOfThis) {
  const InstalledKernel ordinary{"6.1.0-18-amd64", "linux", "2"}, realtime{"6.1.0-20-rt-amd64", "linux-rt", "2"};
  EXPECT_EQ(judged({"6.1.0-9-amd64", {ordinary, realtime}, {}, {}, {}}).installed_kernel, "6.1.0-18-amd64");
  EXPECT_EQ(judged({"6.1.0-9-amd64", {realtime, ordinary}, {}, {}, {}}).installed_kernel, "6.1.0-18-amd64");
  EXPECT_EQ(judged({"6.1.0-9-amd64", {realtime}, {}, {}, {}}).installed_kernel, "6.1.0-20-rt-amd64");
  EXPECT_EQ(judged({"6.6.9-arch1-1", {{"6.6.10-arch2-1", "linux", "2"}, {"6.7.0-1-lts", "lts", "1"}}, {}, {}, {}})
                .installed_kernel,
            "6.6.10-arch2-1");
}

TEST(Reboot, RunningKernelWasTakenAway) {
  RebootFacts facts{"6.1", {}, {retired("/usr/lib/modules/6.1/kernel/a.ko"), retired("/boot/vmlinuz-6.1")}, {}, {}};
  auto reasons = judged(facts).reboot;
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].why, "the running kernel 6.1 was replaced");
  facts.retired = {retired("/lib/modules/6.1/kernel/a.ko", RetiredKind::removed)};
  reasons = judged(facts).reboot;
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].why, "modules of the running kernel 6.1 were removed");
  facts.retired = {retired("/lib/modules/6.1.1/kernel/a.ko"), retired("/boot/vmlinuz-6.10")};
  EXPECT_THAT(judged(facts).reboot, IsEmpty());
}

TEST(Reboot, WhatPackagesAskForIfTheyWereChangedInThisBoot) {
  RestartHints firmware, base;
  firmware.package = "firmware";
  firmware.version = "2";
  firmware.reboot = Reboot::reboot;
  base = firmware;
  base.package = "base";
  base.reboot = Reboot::soft_reboot;
  RebootFacts facts{"", {}, {}, {base, firmware}, {}};
  EXPECT_THAT(judged(facts).reboot, IsEmpty());
  facts.before_boot = {{"firmware", "1"}, {"base", ""}};
  const auto reasons = judged(facts).reboot;
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_EQ(reasons[0].package, "firmware");
  EXPECT_EQ(reasons[1].wish, Reboot::soft_reboot);
  facts.before_boot = {{"firmware", "2"}};  // and back again
  EXPECT_THAT(judged(facts).reboot, IsEmpty());
}

}  // namespace
}  // namespace minipkg::restart
