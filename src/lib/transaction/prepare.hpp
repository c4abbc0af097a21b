// SPDX-License-Identifier: MIT
#pragma once
#include "lib/transaction/live_tree.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// The last look before anything visible changes: every path is still what the plan saw, what will be retired is
/// noted, and each file that goes gets its second name old/N. Links only: the visible phase is renames only.
std::vector<RetiredInode> prepare(const LiveTree&, const Plan&, Observer&);

/// The inodes that Plan::displaced names. They have no handle on record, their birth time tells them.
std::vector<RetiredInode> displaced(const Journal&, const Plan&);

/// The directories whose content will change, with the times they have now.
std::vector<TouchedDirectory> note_times(const LiveTree&, const std::vector<std::string>& directories);

}  // namespace minipkg::transaction
