// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lib/plan/targets.hpp"

namespace minipkg::plan {

/// What happens to each package of the request, sorted by name: install, upgrade, downgrade, reinstall, remove.
/// Packages that are installed already as they come are left out.
std::vector<Changing> decide_changes(const Request&, const Facts&, Problems&);

}  // namespace minipkg::plan
