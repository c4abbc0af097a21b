// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lib/os/tree.hpp"

namespace minipkg::os {

/// The directory `path`, which is a root. Throws Error(usage).
Tree open_root(const std::string& path);

}  // namespace minipkg::os
