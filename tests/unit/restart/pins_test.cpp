// SPDX-License-Identifier: MIT
#include "lib/restart/pins.hpp"

#include <gtest/gtest.h>

namespace minipkg::restart {
namespace {

Pins pins_of(std::string_view mountinfo) {
  Pins pins;
  pins.add(mountinfo);
  return pins;
}

TEST(Pins, NoneOnAnOrdinaryMachine) {
  const Pins pins = pins_of(
      "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
      "40 22 8:1 /srv /mnt rw - ext4 /dev/sda1 rw\n"
      "41 22 0:30 / /var/lib/docker/overlay2/x/merged rw - overlay overlay "
      "rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B,upperdir=/x/diff,workdir=/x/work\n");
  EXPECT_FALSE(pins.may_lead_to("/usr/lib/libz.so"));
}

TEST(Pins, BindMountOfAFileThatLostItsName) {
  const Pins pins = pins_of("50 22 8:1 /usr/bin/a\\040b//deleted /in/it rw - ext4 /dev/sda1 rw\n");
  EXPECT_TRUE(pins.may_lead_to("/usr/bin/a b"));
  EXPECT_TRUE(pins.may_lead_to("/mnt/usr/bin/a b")) << "a file system that is not mounted at its root";
  EXPECT_TRUE(pins_of("50 22 8:3 /bin/a//deleted /x rw - ext4 /dev/sda3 rw\n").may_lead_to("/usr/bin/a"));
  EXPECT_FALSE(pins.may_lead_to("/usr/bin/c"));
}

TEST(Pins, OverlayAboveADirectoryOfTheFile) {
  const char* const line = "60 22 0:31 / /merged rw - overlay overlay rw,lowerdir=/opt:{},upperdir=/u,workdir=/w\n";
  const auto with = [&](const std::string& directory) {
    std::string text = line;
    text.replace(text.find("{}"), 2, directory);
    return pins_of(text);
  };
  EXPECT_TRUE(with("/usr").may_lead_to("/usr/lib/libz.so"));
  EXPECT_TRUE(with("/").may_lead_to("/usr/lib/libz.so"));
  EXPECT_TRUE(with("/old-root/usr/lib").may_lead_to("/usr/lib/libz.so"));
  EXPECT_TRUE(with("relative/name").may_lead_to("/usr/lib/libz.so"));
  EXPECT_FALSE(with("/home/x").may_lead_to("/usr/lib/libz.so"));
  EXPECT_TRUE(pins_of("60 22 0:31 / /m rw - overlay o rw,lowerdir+=/usr\n").may_lead_to("/usr/lib/libz.so"));
}

TEST(Pins, NonsenseIsPassedOver) {
  EXPECT_FALSE(pins_of("\n\n nonsense - overlay\n1 2\n//deleted\n").may_lead_to("/usr/lib/libz.so"));
}

}  // namespace
}  // namespace minipkg::restart
