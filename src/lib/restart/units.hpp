// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "minipkg/restart.hpp"

/// From a process's /proc/PID/cgroup to the systemd unit it belongs to. Pure.
namespace minipkg::restart {

/// The path that says most: systemd's own hierarchy (v1, hybrid), else the unified one (v2), else the first of the
/// controllers' that is not the root. "/" if there is none.
std::string cgroup_path(std::string_view cgroup_text);

/// The unit that the system's own systemd manages ("ssh.service", "session-3.scope", "user@1000.service" for all that
/// a user's systemd runs below it). Empty where the path is nobody's unit, as in a container that systemd does not run.
std::string unit_of(std::string_view cgroup_path);

/// Both together, of a /proc/PID/cgroup text.
Placement placement_of(std::string_view cgroup_text);

}  // namespace minipkg::restart
