// SPDX-License-Identifier: MIT
#pragma once
#include "lib/model/journal.hpp"

namespace minipkg::transaction {

/// The journal's rows for a plan: pure, the staged inodes are filled in by staging.
std::vector<JournalStep> journal_steps(const Plan&);

/// The canonical directories whose content the steps change, sorted, each once.
std::vector<std::string> touched_directories(const std::vector<JournalStep>&);

}  // namespace minipkg::transaction
