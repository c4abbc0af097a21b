// SPDX-License-Identifier: MIT
#pragma once
#include "lib/transaction/live_tree.hpp"
#include "minipkg/plan.hpp"

namespace minipkg::transaction {

/// Throws Error(refused) if the file system of a step's place cannot hold the step's time: ext4 with small inodes and
/// old XFS end in 2038, and the kernel would set another time without a word. Tried on the staging areas themselves,
/// and only if there are times outside of 1970 … 2038.
void check_times(const LiveTree&, const Plan&);

}  // namespace minipkg::transaction
