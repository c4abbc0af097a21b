// SPDX-License-Identifier: MIT
#pragma once
#include "lib/store/state.hpp"
#include "lib/transaction/live_tree.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// The last look before anything visible changes: every path is still what the plan saw, what will be retired is
/// noted, and each file that goes gets its second name old/N. Links only: the visible phase is renames only.
std::vector<RetiredInode> prepare(const LiveTree&, const Plan&, Observer&);

/// Inodes that were installed at a path of the plan and that somebody exchanged or moved away by hand since: programs
/// may run them under another name. They have no handle on record, their birth time tells them.
std::vector<RetiredInode> displaced(const LiveTree&, const Plan&, store::State&);

/// The directories whose content will change, with the times they have now.
std::vector<TouchedDirectory> note_times(const LiveTree&, const std::vector<std::string>& directories);

}  // namespace minipkg::transaction
