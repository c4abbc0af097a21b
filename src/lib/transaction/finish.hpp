// SPDX-License-Identifier: MIT
#pragma once
#include "lib/transaction/live_tree.hpp"
#include "lib/transaction/transaction.hpp"

namespace minipkg::transaction {

/// After the commit point: records what the files are now, removes the staging areas, closes the journal.
/// Idempotent.
void finish(Context&, const Journal&);

/// Undoes, removes the staging areas, closes the journal. Idempotent. Throws Error(needs_recover).
std::vector<std::string> take_back(Context&, const Journal&);

void sync_places(const LiveTree&, Sync);

std::vector<os::Area> open_areas(const os::Tree& root, const Journal&);

}  // namespace minipkg::transaction
