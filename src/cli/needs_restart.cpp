// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

struct NeedsRestartOptions {
  ScanOptions scan;
  bool open_files = false, complete = false, certain = false;
};

ExitStatus needs_restart(Context& context, NeedsRestartOptions options) {
  options.scan.files = options.open_files ? OpenFiles::look : OpenFiles::skip;
  options.scan.guesses = options.certain ? Guesses::omit : Guesses::report;
  const System system = context.open(Access::read);
  if (!system.live()) context.console.note("this root keeps no record of replaced files (not a live one, see --live)");
  const RestartReport report = system.needs_restart(options.scan);
  if (context.globals.json) {
    context.console.print(to_json(report));
  } else {
    context.console.print(restart_text(report, context.globals.verbose));
  }
  if (report.unreadable > 0) {
    const char* remedy = geteuid() == 0 ? "" : "; run as root to see all of them";
    context.console.warn(fmt::format("{} could not be looked at{}", count_text(report.unreadable, "process"), remedy));
    if (options.complete) return ExitStatus::cannot_answer;
  }
  return report.processes.empty() ? ExitStatus::done : ExitStatus::negative;
}

/// In dnf's needs-restarting -r asks for a reboot hint. There is none yet, and silently taking it for the global
/// --root would be a trap.
void refuse_short_root(CLI::App& command) {
  command
      .add_flag_callback("-r",
                         [] { throw CLI::ArgumentMismatch("-r has no meaning here; the root is given as --root DIR"); })
      ->trigger_on_parse()
      ->group("");
}

}  // namespace

void add_needs_restart(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("needs-restart", "Name the processes that still run replaced files");
  command->alias("needs-restarting")->alias("ps");
  auto options = std::make_shared<NeedsRestartOptions>();
  command->add_flag("--files", options->open_files, "Open files too: old data is no reason to restart, but is told");
  command->add_flag("--certain", options->certain,
                    "Leave out what is only likely: scripts and modules that were read and let go");
  command->add_option("--pid", options->scan.pids, "Only this process; may be given again")
      ->type_name("PID")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--pkg", options->scan.packages, "Only files of these packages")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false);
  auto* const unmanaged = command->add_flag_callback(
      "--unmanaged", [options] { options->scan.unmanaged = Unmanaged::everything; },
      "Every replaced file, of whatever origin, in all roots; by default those that minipkg, dpkg or rpm own");
  command
      ->add_flag_callback(
          "--managed", [options] { options->scan.unmanaged = Unmanaged::ignore; }, "Only files that minipkg replaced")
      ->excludes(unmanaged);
  command->add_flag("--complete", options->complete, "Exit with 11 if some processes could not be looked at");
  refuse_short_root(*command);
  command->callback(
      [&context, options] { context.run = [options](Context& with) { return needs_restart(with, *options); }; });
}

}  // namespace minipkg::cli
