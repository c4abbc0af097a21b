// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace minipkg::cli {

/// For Request::architectures. What is installed into the running system's own root must run on this machine, under
/// any of the names distributions give it; a root elsewhere may be made for another machine and takes everything.
std::vector<std::string> accepted_architectures(const std::string& root);

}  // namespace minipkg::cli
