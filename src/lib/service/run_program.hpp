// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

namespace minipkg::service {

struct Finished {
  int status = 0;      ///< exit status; 128 + n if signal n ended it
  std::string output;  ///< its stdout and stderr together, the first 64 KiB
};

/// Runs a program by its absolute path and waits for it: no shell, nothing of this process's environment, nothing on
/// stdin. A program that cannot be run has status 127 and the reason as output.
Finished run_program(const std::vector<std::string>& command);

/// The first of these paths that is a program; empty if none is.
std::string first_program(const std::vector<std::string>& paths);

}  // namespace minipkg::service
