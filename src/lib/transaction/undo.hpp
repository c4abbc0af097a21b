// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lib/transaction/live_tree.hpp"

namespace minipkg::transaction {

/// Takes back every step of the journal that happened, last first; the same function for errors and for recovery.
/// Whether a step happened is read from the names in the staging areas: what became visible is not there any more. So
/// it may be interrupted and run again, also where inode numbers do not outlast a remount. Where they do, only what the
/// transaction created is removed; what somebody else put there meanwhile stays and is returned as sentences.
/// Times of the directories are given back too. Staging areas are left for sweep().
std::vector<std::string> undo(const LiveTree&);

}  // namespace minipkg::transaction
