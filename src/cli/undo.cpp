// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "progress.hpp"
#include "signals.hpp"
#include "transaction.hpp"

namespace minipkg::cli {
namespace {

struct UndoOptions {
  WayBack way;
  std::vector<std::string> overwrite;
};

/// An install like any other, of packages whose files are still on the disk.
ExitStatus go_back(Context& context, const UndoOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const bool dry_run = context.globals.dry_run;
  if (!dry_run) catch_signals();
  System system = dry_run ? open_to_observe(context) : context.open(Access::write);
  Restoration restoration = system.way_back(options.way);
  restoration.request().overwrite = options.overwrite;
  const Request& request = restoration.request();
  if (dry_run) return show_dry_run(context, system, request, {});
  const Planned planned = plan_transaction(request, system.inspect(request));
  if (const auto* problems = std::get_if<Problems>(&planned)) return refuse(context, *problems, request);
  const Plan& plan = std::get<Plan>(planned);
  if (plan.empty()) return show_nothing_to_do(context, {}, ArchiveCheck::as_needed);
  announce(context, plan, {});
  Progress progress(context);
  const Report report = system.apply(plan, restoration, progress);
  progress.erase();
  return show_report(context, system, report, began);
}

void add_way_back(CLI::App& command, Context& context, const std::shared_ptr<UndoOptions>& options) {
  command.add_option("--overwrite", options->overwrite, "Replace files that no package owns where GLOB matches")
      ->type_name("GLOB")
      ->take_all()
      ->allow_extra_args(false);
  command.callback([&context, options] { context.run = [options](Context& with) { return go_back(with, *options); }; });
}

}  // namespace

void add_undo(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("undo", "Bring back what a transaction changed: the last one, or N");
  auto options = std::make_shared<UndoOptions>();
  options->way.kind = WayBack::Kind::undo;
  command->add_option("N", options->way.transaction, "Its number in minipkg history");
  add_way_back(*command, context, options);
}

void add_rollback(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("rollback", "Bring back all packages as they were after transaction N");
  auto options = std::make_shared<UndoOptions>();
  options->way.kind = WayBack::Kind::rollback;
  command->add_option("N", options->way.transaction, "Its number in minipkg history; 0 is before the first")
      ->required();
  add_way_back(*command, context, options);
}

}  // namespace minipkg::cli
