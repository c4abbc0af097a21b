// SPDX-License-Identifier: MIT
#include "context.hpp"

#include <fmt/format.h>

#include "minipkg/text.hpp"
#include "source_date_epoch.hpp"

namespace minipkg::cli {
namespace {

OpenOptions open_options(const Context& context, Access access) {
  const GlobalOptions& globals = context.globals;
  OpenOptions options;
  options.root = context.root;
  // A dry run leaves no trace, not even by undoing what another command left half done.
  options.access = globals.dry_run && access == Access::read ? Access::observe : access;
  options.liveness = globals.live ? Liveness::live : globals.offline ? Liveness::offline : Liveness::automatic;
  options.discard_state = globals.discard_state ? DiscardState::yes : DiscardState::no;
  options.sync = globals.sync == "none" ? Sync::none : Sync::fs;
  options.lock_wait = std::chrono::seconds(globals.lock_wait);
  options.clock = source_date_epoch();
  options.command = context.command_line;
  return options;
}

}  // namespace

System Context::observe() const { return System::open(open_options(*this, Access::observe)); }

bool Context::root_is_new() const { return System::is_new(open_options(*this, Access::observe)); }

ExitStatus Context::done() { return console.flush_or_warn() ? ExitStatus::done : ExitStatus::incomplete; }

void Context::refuse_dry_run(const char* verb, const std::string& object) const {
  if (!globals.dry_run) return;
  throw Error(ErrorKind::usage,
              fmt::format("cannot {} '{}' without writing it: leave --dry-run away", verb, printable(object)));
}

System Context::open(Access access) {
  changes_root = changes_root || access == Access::write;
  System system = System::open(open_options(*this, access));
  if (system.recovered() == Recovery::undone) console.note("an interrupted transaction was undone first");
  if (system.recovered() == Recovery::finished) console.note("an interrupted transaction was finished first");
  if (!system.pending_recovery().empty()) console.warn(system.pending_recovery());
  return system;
}

}  // namespace minipkg::cli
