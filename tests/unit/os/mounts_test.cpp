// SPDX-License-Identifier: MIT
#include "lib/os/mounts.hpp"

#include <gmock/gmock.h>
#include <sys/sysmacros.h>

namespace minipkg::os {
namespace {

TEST(ParseMounts, IdDevicePointAndType) {
  const MountTable mounts = parse_mounts(
      "36 35 98:0 /mnt1 /a\\040b rw,noatime master:1 shared:2 - ext4 /dev/root rw\n"
      "37 36 0:30 / /x rw - fuse.sshfs host: rw\n"
      "nonsense\n38 36 0:x / /y rw - ext4 x rw\n39 36 0:31 / /z rw");
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_EQ(mounts.at(36).file_system, makedev(98, 0));
  EXPECT_EQ(mounts.at(36).point, "/a b");
  EXPECT_EQ(mounts.at(36).type, "ext4");
  EXPECT_EQ(mounts.at(37).type, "fuse.sshfs");
  EXPECT_EQ(mounts.at(39).point, "/z");
  EXPECT_EQ(mounts.at(39).type, "");
}

TEST(MayHang, OnlyWhatAnotherMachineOrProgramServes) {
  for (const char* type : {"fuse", "fuse.sshfs", "fuseblk", "nfs", "nfs4", "cifs", "9p", "autofs"}) {
    EXPECT_TRUE(may_hang(type)) << type;
  }
  for (const char* type : {"ext4", "btrfs", "overlay", "tmpfs", "fusectl", ""}) EXPECT_FALSE(may_hang(type)) << type;
}

}  // namespace
}  // namespace minipkg::os
