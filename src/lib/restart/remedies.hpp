// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "lib/model/restart_hints.hpp"
#include "minipkg/restart.hpp"

/// Stale processes in, what is to be done out. Pure.
namespace minipkg::restart {

/// Who asks. What it runs in is never restarted under it.
struct Caller {
  std::vector<std::uint32_t> lineage;  ///< its own pid, its parent's, and so on
  Placement placement;
};

/// In the order to do them: the manager itself, services, users' managers and units, then what is left to a person:
/// units, containers, sessions, processes. One for each unit, container, session and tree of processes.
std::vector<Remedy> remedies_for(std::span<const StaleProcess> processes, std::span<const RestartHints> hints,
                                 const Caller& caller);

}  // namespace minipkg::restart
