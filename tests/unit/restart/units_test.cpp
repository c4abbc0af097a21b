// SPDX-License-Identifier: MIT
#include "lib/restart/units.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace minipkg::restart {
namespace {

TEST(CgroupPath, Unified) { EXPECT_EQ(cgroup_path("0::/system.slice/ssh.service\n"), "/system.slice/ssh.service"); }

TEST(CgroupPath, SystemdsHierarchyWinsInHybridAndV1) {
  EXPECT_EQ(cgroup_path("4:memory:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-3.scope\n0::/x\n"),
            "/user.slice/user-0.slice/session-3.scope");
}

TEST(CgroupPath, RootGroupOfOneHierarchyDoesNotHideAnother) {
  EXPECT_EQ(cgroup_path("9:name=systemd:/\n4:memory:/docker/abc\n0::/\n"), "/docker/abc");
  EXPECT_EQ(cgroup_path("1:name=systemd:/\n0::/system.slice/a.service\n"), "/system.slice/a.service");
}

TEST(CgroupPath, NothingThere) {
  EXPECT_EQ(cgroup_path(""), "/");
  EXPECT_EQ(cgroup_path("0::/\n"), "/");
  EXPECT_EQ(cgroup_path("no colons at all"), "/");
}

TEST(CgroupPath, ColonsInThePathStay) { EXPECT_EQ(cgroup_path("0::/a:b/c.scope\n"), "/a:b/c.scope"); }

struct Case {
  const char* path;
  const char* unit;
};
void PrintTo(const Case& example, std::ostream* out) { *out << example.path; }

class UnitOf : public testing::TestWithParam<Case> {};
TEST_P(UnitOf, Is) { EXPECT_EQ(unit_of(GetParam().path), GetParam().unit); }
INSTANTIATE_TEST_SUITE_P(
    Paths, UnitOf,
    testing::Values(Case{"/system.slice/ssh.service", "ssh.service"},
                    Case{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"},
                    Case{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope"},
                    Case{"/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "user@1000.service"},
                    Case{"/init.scope", "init.scope"},
                    Case{"/system.slice/systemd-udevd.service/udev", "systemd-udevd.service"},
                    Case{"/system.slice/docker-0123.scope", "docker-0123.scope"},
                    Case{"/machine.slice/systemd-nspawn@deb.service/payload/system.slice/ssh.service",
                         "systemd-nspawn@deb.service"},
                    Case{"/system.slice/_cpu.service", "cpu.service"},
                    Case{"/system.slice/ssh.service (deleted)", "ssh.service"},
                    // No unit of this system: the path is left as it is, and no unit is named.
                    Case{"/docker/0123456789ab", ""}, Case{"/lxc.payload.web/system.slice/ssh.service", ""},
                    Case{"/", ""}, Case{"", ""}, Case{"/system.slice", ""}, Case{"/system.slice/.service", ""},
                    Case{"/../../system.slice/x.service", ""}));

}  // namespace
}  // namespace minipkg::restart
