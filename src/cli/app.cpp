// SPDX-License-Identifier: MIT
#include "app.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

constexpr const char* hidden = "";

void add_root_options(CLI::App& app, GlobalOptions& globals) {
  app.add_option("-r,--root", globals.root, "Work on the root file system in DIR (default /)")->type_name("DIR");
  for (const char* alias : {"--rootdir", "--installroot"}) app.add_option(alias, globals.root)->group(hidden);
  auto* live = app.add_flag("--live", globals.live, "Keep the machine's own state: history, replaced inodes");
  app.add_flag("--offline", globals.offline, "Keep nothing but the package database")->excludes(live);
  app.add_flag("--discard-state", globals.discard_state, "With --offline: drop the state of a live root");
  app.add_option("--sync", globals.sync,
                 "fs: exit status 0 means it is on the disk; none: the kernel writes when it likes")
      ->check(CLI::IsMember({"fs", "none"}))
      ->type_name("MODE");
  app.add_option("--lock-wait", globals.lock_wait, "Wait so long for another minipkg to finish (default 0)")
      ->type_name("SEC");
}

void add_output_options(CLI::App& app, GlobalOptions& globals) {
  app.add_flag("-n,--dry-run", globals.dry_run, "Show what would happen, touch nothing");
  for (const char* alias : {"--simulate", "--test"}) app.add_flag(alias, globals.dry_run)->group(hidden);
  app.add_flag("-y,--yes", globals.yes, "Accepted for habit's sake: nothing is ever asked");
  app.add_flag("-v,--verbose", globals.verbose, "Say more");
  app.add_flag("-q,--quiet", globals.quiet, "Say nothing but errors and answers");
  app.add_flag("--json", globals.json, "Answer with one JSON document (see schemas/)");
  const CLI::IsMember when({"auto", "always", "never"});
  app.add_option("--color", globals.color, "Colour: auto, always, never")->check(when)->type_name("WHEN");
  app.add_option("--progress", globals.progress, "Progress on stderr: auto, always, never")
      ->check(when)
      ->type_name("WHEN");
}

void add_commands(CLI::App& app, Context& context) {
  add_install(app, context);
  add_remove(app, context);
  add_list(app, context);
  add_info(app, context);
  add_files(app, context);
  add_owner(app, context);
  add_verify(app, context);
  add_history(app, context);
  add_undo(app, context);
  add_rollback(app, context);
  add_recover(app, context);
  add_needs_restart(app, context);
  add_restart(app, context);
  add_build(app, context);
  add_inspect(app, context);
  add_key(app, context);
  add_sign(app, context);
  add_verify_package(app, context);
}

std::string help_command(const CLI::App& app) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  return commands.empty() ? "minipkg --help" : "minipkg " + commands.front()->get_name() + " --help";
}

/// What the parser complains of, in this program's own grammar.
Error parse_failure(const CLI::App& app, const CLI::ParseError& failure) {
  const std::string hint = "see " + help_command(app);
  const std::vector<std::string> extras = app.remaining(true);
  const bool no_command = app.get_subcommands().empty();
  if (extras.empty() || (dynamic_cast<const CLI::ExtrasError*>(&failure) == nullptr && !no_command)) {
    const std::string what = no_command ? "a command is missing" : printable(failure.what());
    return {ErrorKind::usage, fmt::format("cannot understand the arguments: {}", what), hint};
  }
  const std::string& extra = extras.front();
  const char* what = extra.starts_with('-') ? "no such option"
                     : no_command           ? "no such command"
                                            : "one argument too many";
  return {ErrorKind::usage, fmt::format("cannot understand '{}': {}", printable(extra), what), hint};
}

/// True: go on. False: --help or --version was asked for, and printed.
bool parse(CLI::App& app, Context& context) {
  std::vector<std::string> arguments(context.command_line.rbegin(), context.command_line.rend());
  if (!arguments.empty()) arguments.pop_back();  // the program's name
  try {
    app.parse(std::move(arguments));
    return true;
  } catch (const CLI::CallForHelp&) {
    context.console.print(app.help());
  } catch (const CLI::CallForVersion& version) {
    context.console.print(fmt::format("{}\n", version.what()));
  } catch (const CLI::ParseError& failure) {
    throw parse_failure(app, failure);
  }
  return false;
}

When when_named(const std::string& name) {
  return name == "always" ? When::always : name == "never" ? When::never : When::automatic;
}

ExitStatus run_command(Context& context) {
  CLI::App app("Installs package files: all or nothing, and it knows who must restart.", "minipkg");
  app.set_version_flag("-V,--version", fmt::format("minipkg {}", program_version()));
  app.require_subcommand(1);
  app.fallthrough();  // inherited by the commands: global options are understood behind them as well
  add_root_options(app, context.globals);
  add_output_options(app, context.globals);
  add_commands(app, context);
  for (CLI::App* command : app.get_subcommands({})) {
    command->footer("The options of `minipkg --help` are understood here as well.");
  }
  if (!parse(app, context)) return ExitStatus::done;
  context.root = context.globals.root;
  context.console.set_color(when_named(context.globals.color));
  if (context.globals.quiet) context.console.set_quiet();
  if (context.globals.json) context.console.set_json();
  return context.run(context);
}

/// What a query cannot answer, a change has failed over, and in time.
Error as_met(const Context& context, const Error& error) {
  if (!context.changes_root || error.kind() != ErrorKind::cannot_answer) return error;
  return {ErrorKind::rolled_back, error.what(), error.hint().empty() ? "nothing was changed" : error.hint()};
}

int fail(Context& context, const Error& met) {
  const Error error = as_met(context, met);
  // The one JSON document, also when the command line could not be parsed. What cannot be written stays unwritten.
  const auto& words = context.command_line;
  if (std::find(words.begin(), words.end(), "--json") != words.end()) {
    context.console.print(error_json(error));
    try {
      context.console.flush();
    } catch (const Error&) {
    }
  }
  context.console.complain(error.what(), error.hint());
  const int status = static_cast<int>(status_of(error.kind()));
  return error.kind() == ErrorKind::interrupted ? status + received_signal() : status;
}

}  // namespace

int run(const std::vector<std::string>& argv) {
  Context context;
  context.command_line = argv;
  try {
    const ExitStatus status = run_command(context);
    constexpr int reader_left = 128 + 13;  // what SIGPIPE would have made of it
    return context.console.flush() ? static_cast<int>(status) : reader_left;
  } catch (const Error& error) {
    return fail(context, error);
  } catch (const std::exception& exception) {
    return fail(context, Error(ErrorKind::internal, fmt::format("cannot go on: {}", printable(exception.what())),
                               "this is a bug in minipkg; please report it"));
  }
}

}  // namespace minipkg::cli
