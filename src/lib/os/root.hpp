// SPDX-License-Identifier: MIT
#pragma once
#include "lib/os/tree.hpp"
#include "minipkg/root.hpp"

namespace minipkg::os {

/// What is below a root. Throws Error(usage) where there is none.
Tree tree_of(const Root&);

}  // namespace minipkg::os
