// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/export.hpp"

namespace minipkg {

/// From now on this path means, to everything here that takes the path of a root, the directory that it leads to now:
/// somebody else may own a part of the path, and the policy of one root must not decide what is installed in another.
/// One path in a process, for as long as it runs. Nothing happens where it leads to no directory.
MINIPKG_API void pin_root(const std::string& path);

}  // namespace minipkg
