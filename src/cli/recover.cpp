// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "recovery_text.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

/// Opening for write is what recovers; this command only says what came of it.
ExitStatus recover(Context& context) {
  if (context.globals.dry_run) {
    throw Error(ErrorKind::usage, "cannot recover 'a transaction' without changing anything: leave --dry-run away");
  }
  catch_signals();
  const Recovery recovery = context.open(Access::write).recovered();
  if (context.globals.json) context.console.print(recovery_json(recovery));
  context.console.tell(sentence(recovery));
  return context.done();
}

}  // namespace

void add_recover(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("recover", "Undo or finish a transaction that was interrupted");
  command->callback([&context] { context.run = recover; });
}

}  // namespace minipkg::cli
