// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace minipkg::cli {

/// The whole program: parses, runs one command, says what went wrong. Returns the exit status.
int run(const std::vector<std::string>& argv);

}  // namespace minipkg::cli
