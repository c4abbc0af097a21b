// SPDX-License-Identifier: MIT
// Apart from run(), so that minipkg-recover, which is linked statically, needs neither stage() nor any archive.
#include "lib/transaction/finish.hpp"
#include "lib/transaction/transaction.hpp"

namespace minipkg::transaction {

Recovery recover(Context& context) {
  for (const std::uint64_t number : context.state.pruning()) prune(context, number);
  const std::optional<Journal> journal = context.state.open_journal();
  if (!journal) return Recovery::nothing_to_do;
  if (context.packages.transaction() == journal->id) {
    finish(context, *journal);
    return Recovery::finished;
  }
  take_back(context, *journal);
  return Recovery::undone;
}

}  // namespace minipkg::transaction
