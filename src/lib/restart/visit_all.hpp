// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "lib/restart/process_view.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

struct Visit {
  Outcome outcome = Outcome::nothing_there;
  std::optional<StaleProcess> process;
};

/// Looks at processes on a thread of its own. It owns, or shares, all that it uses: it may outlive the scan.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual Visit visit(std::uint32_t pid) = 0;
};

struct Visits {
  std::vector<StaleProcess> processes;  ///< sorted by pid
  std::uint64_t scanned = 0, unreadable = 0;
};

/// Visits every process once, on as many threads as the machine has processors for. One whose look at a process does
/// not come back within `patience` is left behind, the process counts as unreadable, and another thread goes on: a
/// process that waits for a dead file server may hold the lock of its memory map for ever. Such a thread ends with the
/// program: those waits end when it is killed.
Visits visit_all(std::vector<std::uint32_t> pids, const std::function<std::unique_ptr<Visitor>()>& new_visitor,
                 std::chrono::milliseconds patience = std::chrono::seconds(2));

}  // namespace minipkg::restart
