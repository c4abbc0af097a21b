// SPDX-License-Identifier: MIT
#pragma once
#include "lib/os/tree.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// What a transaction works on; all of it outlives the call.
struct Context {
  const os::Tree& root;
  store::Packages& packages;
  store::State& state;
  Sync sync = Sync::fs;
  std::int64_t clock = 0;  ///< seconds since 1970
};

/// All or nothing: stage, prepare, journal, commit, record, sweep. See ARCHITECTURE.md for the order and its reasons.
Report run(Context&, const Plan&, const std::vector<const Package*>& packages, const std::vector<std::string>& command,
           Observer&, ArchiveCheck);

/// Undoes or finishes the transaction that is open, if one is. Idempotent, may be interrupted at any point.
Recovery recover(Context&);

}  // namespace minipkg::transaction
