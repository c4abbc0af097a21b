// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/package.hpp"

namespace minipkg::cli {

/// Reads the whole archive and keeps nothing. Throws Error(bad_package) unless it is what its manifest says.
void check_payload(const Package&);

}  // namespace minipkg::cli
