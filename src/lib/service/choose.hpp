// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "minipkg/restarts.hpp"

namespace minipkg::service {

/// Every remedy of the report, or of the units that are wished, left or pending. Pure. Throws as Restarts does, but for
/// permission.
std::vector<Restart> choose(const RestartReport&, const RestartWish&);

}  // namespace minipkg::service
