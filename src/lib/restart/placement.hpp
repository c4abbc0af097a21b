// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "minipkg/restart.hpp"

/// From a process's /proc/PID/cgroup to what manages it. Pure, and takes any bytes: group names are chosen by whoever
/// may make groups, a user below the own user@UID.service included.
namespace minipkg::restart {

/// The path that says most: systemd's own hierarchy (v1, hybrid), else the unified one (v2), else the first of the
/// controllers' that is not the root. "/" if there is none.
std::string cgroup_path(std::string_view cgroup_text);

/// Where the units of this system begin, by PID 1's /proc/1/cgroup: "/", but something else in a container that
/// sees the groups around it.
std::string manager_root(std::string_view init_cgroup_text);

/// `root` is manager_root(). Whatever is outside of it is managed by somebody else: only Placement::cgroup is set.
Placement placement_of(std::string_view cgroup_text, std::string_view root = "/");

/// Whether systemd would take it for the name of a unit that has processes; systemd.unit(5). Such a name is never a
/// pattern to systemctl, nor an option.
bool is_unit_name(std::string_view name);

}  // namespace minipkg::restart
