// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/restart.hpp"

namespace minipkg::cli {

/// What to type for it: "systemctl restart ssh.service". Printable. Empty where there is no such command: a program
/// that its user ends and starts again. What `minipkg restart` runs does the same, more carefully.
std::string command_text(const Remedy&);

/// What it is for: "ssh.service", "mail.service of ada", "session 3 of ada", "docker web", "process 12". Printable.
std::string object_text(const Remedy&);

}  // namespace minipkg::cli
