// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "minipkg/restart.hpp"

namespace minipkg::restart {

/// Which container or virtual machine a control group is made for, by the names that the engines give: `component` of
/// a path, and the one around it (empty at the top). No engine: none. Pure.
Container container_named(std::string_view component, std::string_view outer);

}  // namespace minipkg::restart
