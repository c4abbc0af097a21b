// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "minipkg/plan.hpp"

namespace minipkg::plan {

/// What would stop the steps on their way: places, directories, files and names that cannot be changed or made.
void find_obstacles(const Request&, const Facts&, const Plan&, Problems&);

/// File systems that cannot hold what the steps need until the transaction has ended.
void find_lack_of_space(const Request&, const Facts&, Plan&, Problems&);

/// What the step brings; nothing: a directory that no package lists, or none at all.
const FileEntry* entry_of(const Request&, const Step&);

/// The package a step is done for; empty if none is known.
std::string package_of(const Request&, const Facts&, const Step&);

const std::string& path_of(const Step&);

}  // namespace minipkg::plan
