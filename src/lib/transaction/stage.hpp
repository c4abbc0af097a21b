// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lib/transaction/live_tree.hpp"
#include "lib/transaction/transaction.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// Throws Error(interrupted) if the observer was asked to stop.
void stop_if_asked(Observer&);

/// Makes everything that is to become visible, complete with all its attributes, in the staging areas, and notes the
/// staged inode of each step in `steps`. Reads each package to its end and so checks it, unless no byte of it is
/// needed and `check` allows to stop: these are returned. Nothing outside the areas changes.
std::vector<std::string> stage(const LiveTree&, const Plan&, const std::vector<Supply>&, Observer&, ArchiveCheck check,
                               std::vector<JournalStep>& steps);

}  // namespace minipkg::transaction
