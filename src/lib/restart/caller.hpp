// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "lib/restart/remedies.hpp"

namespace minipkg::restart {

/// manager_root() of a directory like /proc.
std::string manager_root_in(int proc);

/// This process, as `proc` (a directory like /proc) shows it. Empty where it does not. `root` is manager_root().
Caller find_caller(int proc, std::string_view root);

}  // namespace minipkg::restart
