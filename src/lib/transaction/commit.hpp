// SPDX-License-Identifier: MIT
#pragma once
#include "lib/transaction/live_tree.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// The visible phase: one rename, exchange or unlink a step, nothing is written. Throws Error(rolled_back) at the
/// first thing that is not as prepared; the caller undoes. Directories that turned out not to be empty stay and are
/// returned as notices.
std::vector<Notice> commit(const LiveTree&, const Plan&, Observer&);

}  // namespace minipkg::transaction
