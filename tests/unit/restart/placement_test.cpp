// SPDX-License-Identifier: MIT
#include "lib/restart/placement.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <random>

namespace minipkg::restart {
namespace {

#define ID "8e5f8f9f6d1c4b0a9e7d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f"

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
  const char* user_unit = "";
  const char* slice = "";
  const char* session = "";
  const char* container = "";
};
void PrintTo(const Case& example, std::ostream* out) { *out << example.path; }

class PlacementOf : public testing::TestWithParam<Case> {};
TEST_P(PlacementOf, Is) {
  const Case& expected = GetParam();
  const Placement placement = placement_of(std::string("0::") + expected.path + "\n");
  EXPECT_EQ(placement.cgroup, expected.path[0] == '\0' ? "/" : expected.path);
  EXPECT_EQ(placement.unit, expected.unit);
  EXPECT_EQ(placement.user_unit, expected.user_unit);
  EXPECT_EQ(placement.slice, expected.slice);
  EXPECT_EQ(placement.session, expected.session);
  const Container& container = placement.container;
  EXPECT_EQ(container.engine.empty() ? "" : container.engine + " " + container.name, expected.container);
}

INSTANTIATE_TEST_SUITE_P(
    Systemd, PlacementOf,
    testing::Values(
        Case{"/init.scope", "init.scope"}, Case{"/system.slice/ssh.service", "ssh.service", "", "system.slice"},
        Case{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "", "system-getty.slice"},
        Case{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "", "user-1000.slice", "3"},
        Case{"/user.slice/user-42.slice/session-c1.scope", "session-c1.scope", "", "user-42.slice", "c1"},
        Case{"/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service", "init.scope",
             "user-1000.slice"},
        Case{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-mail.slice/emacs.service",
             "user@1000.service", "emacs.service", "user-1000.slice"},
        Case{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/"
             "vte-spawn-0c2cb0e5-77f5-4a8b-8a3b-2f9e8d1b7a11.scope",
             "user@1000.service", "vte-spawn-0c2cb0e5-77f5-4a8b-8a3b-2f9e8d1b7a11.scope", "user-1000.slice"},
        Case{"/user.slice/user-1000.slice/user@1000.service", "user@1000.service", "", "user-1000.slice"},
        // Before systemd 239 users' units stood right below.
        Case{"/user.slice/user-1000.slice/user@1000.service/dbus.service", "user@1000.service", "dbus.service",
             "user-1000.slice"},
        Case{"/system.slice/systemd-udevd.service/udev", "systemd-udevd.service", "", "system.slice"},
        Case{"/system.slice/a.service/b.service", "a.service", "", "system.slice"},
        Case{"/system.slice/_cpu.service", "cpu.service", "", "system.slice"},
        Case{"/system.slice/ssh.service (deleted)", "ssh.service", "", "system.slice"},
        Case{"/system.slice/run-r0c5e.scope", "run-r0c5e.scope", "", "system.slice"},
        Case{"/system.slice/mnt-data\\x2d1.mount", "mnt-data\\x2d1.mount", "", "system.slice"},
        // No unit of this system.
        Case{"/system.slice", "", "", "system.slice"}, Case{"/system.slice/.service", "", "", "system.slice"},
        Case{"/own/group.service", ""}, Case{"/", ""}, Case{"", ""}, Case{"/../../system.slice/x.service", ""},
        Case{"/..", ""}, Case{"/system.slice/*.service", "", "", "system.slice"}));

INSTANTIATE_TEST_SUITE_P(
    Containers, PlacementOf,
    testing::Values(
        Case{"/docker/" ID, "", "", "", "", "docker 8e5f8f9f6d1c"},
        Case{"/docker/" ID "/init.scope", "", "", "", "", "docker 8e5f8f9f6d1c"},
        Case{"/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "", "system.slice", "", "docker 8e5f8f9f6d1c"},
        Case{"/system.slice/docker-" ID ".scope/system.slice/ssh.service", "docker-" ID ".scope", "", "system.slice",
             "", "docker 8e5f8f9f6d1c"},
        Case{"/system.slice/docker-short.scope", "docker-short.scope", "", "system.slice"},
        Case{"/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", "", "machine.slice", "",
             "podman 8e5f8f9f6d1c"},
        Case{"/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", "", "machine.slice", "",
             "podman 8e5f8f9f6d1c"},
        Case{"/libpod_parent/libpod-" ID, "", "", "", "", "podman 8e5f8f9f6d1c"},
        Case{"/libpod_parent/" ID, "", "", "", "", "podman 8e5f8f9f6d1c"},
        Case{"/system.slice/web.service/libpod-payload-" ID, "web.service", "", "system.slice", "",
             "podman 8e5f8f9f6d1c"},
        Case{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
             "user@1000.service", "libpod-" ID ".scope", "user-1000.slice", "", "podman 8e5f8f9f6d1c"},
        Case{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-" ID ".scope",
             "cri-containerd-" ID ".scope", "", "kubepods-burstable-pod1_2.slice", "", "containerd 8e5f8f9f6d1c"},
        Case{"/kubepods/burstable/pod5d1c/" ID, "", "", "", "", "kubernetes 8e5f8f9f6d1c"},
        Case{"/kubepods.slice/kubepods-pod5d1c.slice/crio-" ID ".scope", "crio-" ID ".scope", "",
             "kubepods-pod5d1c.slice", "", "crio 8e5f8f9f6d1c"},
        Case{"/system.slice/containerd.service/kubepods-burstable-pod5.slice:cri-containerd:" ID, "containerd.service",
             "", "system.slice", "", "containerd 8e5f8f9f6d1c"},
        Case{"/default/" ID, "", "", "", "", "containerd 8e5f8f9f6d1c"},
        Case{"/ecs/0a1b/" ID, "", "", "", "", "container 8e5f8f9f6d1c"},
        Case{"/lxc/web/system.slice/ssh.service", "", "", "", "", "lxc web"},
        Case{"/lxc/101/ns/init.scope", "", "", "", "", "lxc 101"},
        Case{"/lxc.payload.web/system.slice/ssh.service", "", "", "", "", "lxc web"},
        Case{"/lxc.payload/web", "", "", "", "", "lxc web"}, Case{"/lxc.monitor.web", "", "", "", "", "lxc web"},
        Case{"/machine.slice/machine-deb\\x2d12.scope/payload/system.slice/ssh.service", "machine-deb\\x2d12.scope", "",
             "machine.slice", "", "nspawn deb-12"},
        Case{"/machine.slice/machine-deb\\x2d12.scope/supervisor", "machine-deb\\x2d12.scope", "", "machine.slice", "",
             "nspawn deb-12"},
        Case{"/machine.slice/systemd-nspawn@deb.service/payload/system.slice/ssh.service", "systemd-nspawn@deb.service",
             "", "machine.slice", "", "nspawn deb"},
        Case{"/system.slice/my-box.service/payload/init.scope", "my-box.service", "", "system.slice", "",
             "nspawn my-box"},
        Case{"/payload/system.slice/ssh.service", "", "", "", "", "nspawn unregistered"},
        Case{"/machine.slice/machine-qemu\\x2d3\\x2dfedora\\x2d40.scope/libvirt/emulator",
             "machine-qemu\\x2d3\\x2dfedora\\x2d40.scope", "", "machine.slice", "", "qemu fedora-40"},
        Case{"/machine.slice/machine-qemu\\x2dold.scope", "machine-qemu\\x2dold.scope", "", "machine.slice", "",
             "nspawn qemu-old"},
        Case{"/machine.slice/machine-a\\x0a\\xzz\\x.scope", "machine-a\\x0a\\xzz\\x.scope", "", "machine.slice", "",
             "nspawn a\n\\xzz\\x"}));

TEST(Placement, DockerOnV1AndHybrid) {
  const Placement placement =
      placement_of("12:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n0::/system.slice/containerd.service\n");
  EXPECT_EQ(placement.unit, "");
  EXPECT_EQ(placement.container, (Container{"docker", "8e5f8f9f6d1c"}));
}

TEST(Placement, RelativeToTheManagerOfAContainerWithoutGroupNamespace) {
  const std::string root = manager_root("1:name=systemd:/lxc/web/init.scope\n0::/\n");
  EXPECT_EQ(root, "/lxc/web");
  const Placement inside = placement_of("1:name=systemd:/lxc/web/system.slice/ssh.service\n", root);
  EXPECT_EQ(inside.unit, "ssh.service");
  EXPECT_EQ(inside.container, Container{});
  const Placement beside = placement_of("1:name=systemd:/lxc/web2/system.slice/ssh.service\n", root);
  EXPECT_EQ(beside.unit, "");
  EXPECT_EQ(placement_of("1:name=systemd:/lxc/web\n", root).unit, "");
  EXPECT_EQ(manager_root("0::/init.scope\n"), "/");
  EXPECT_EQ(manager_root(""), "/");
}

TEST(Placement, TakesAnyBytes) {
  std::mt19937 random(4);
  const std::string_view alphabet("/:.\\x2d-_@\n\0\xff 0slicecopervmhn-user@1.servicemachine-docker-payload", 64);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? "0::/" : "";
    for (std::size_t n = random() % 60; n > 0; --n) text += alphabet[random() % alphabet.size()];
    const Placement placement = placement_of(text, round % 3 == 0 ? "/" : manager_root(text));
    EXPECT_TRUE(placement.unit.empty() || is_unit_name(placement.unit)) << text;
    EXPECT_TRUE(placement.user_unit.empty() || is_unit_name(placement.user_unit)) << text;
  }
}

TEST(UnitName, IsNeitherPatternNorPathNorTooLong) {
  EXPECT_TRUE(is_unit_name("foo@a\\x2db:1.service"));
  for (const char* name :
       {"", "foo", ".service", "*.service", "a?.service", "[a].scope", "a b.service", "a\n.service"}) {
    EXPECT_FALSE(is_unit_name(name)) << name;
  }
  std::string too_long(250, 'a');
  too_long += ".service";  // in one expression gcc 12 with -O2 warns of bounds that it gets wrong
  EXPECT_FALSE(is_unit_name(too_long));
}

}  // namespace
}  // namespace minipkg::restart
