// SPDX-License-Identifier: MIT
// Apart from run(), so that minipkg-recover, which is linked statically, needs neither stage() nor any archive.
#include "lib/transaction/finish.hpp"
#include "lib/transaction/transaction.hpp"
#include "minipkg/error.hpp"

namespace minipkg::transaction {
namespace {

/// Whoever was killed in its COMMIT may not have lived to sync it: that comes before the way back is removed.
void finish_interrupted(Context& context, const Journal& journal) {
  try {
    context.packages.sync_directory();
    finish(context, journal);
  } catch (const Error& error) {
    throw Error(ErrorKind::needs_recover, std::string(error.what()) + " (while finishing)",
                "the new packages are installed; remove the cause, then run 'minipkg recover'");
  }
}

/// Nothing waits for it but the space. Whoever had one of the old directories may keep it from being removed, which
/// must not stop everything else: the next command tries again, and who asks for it is told.
void go_on_pruning(Context& context) {
  for (const std::uint64_t number : context.state.pruning()) {
    try {
      prune(context, number);
    } catch (const Error&) {
      continue;
    }
  }
}

}  // namespace

Recovery recover(Context& context) {
  go_on_pruning(context);
  const std::optional<Journal> journal = context.state.open_journal();
  if (!journal) return Recovery::nothing_to_do;
  if (context.packages.transaction() == journal->id) {
    finish_interrupted(context, *journal);
    return Recovery::finished;
  }
  take_back(context, *journal);
  return Recovery::undone;
}

}  // namespace minipkg::transaction
