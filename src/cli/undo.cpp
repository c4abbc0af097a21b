// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

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
  std::optional<Restoration> restoration;
  const RequestFor request_for = [&](const System& system) -> const Request& {
    restoration.emplace(system.way_back(options.way));
    restoration->request().overwrite = options.overwrite;
    return restoration->request();
  };
  if (context.globals.dry_run) {
    const System system = open_to_observe(context);
    return show_dry_run(context, system, request_for(system), {});
  }
  catch_signals();
  auto prepared = prepare(context, request_for);
  if (const auto* problems = std::get_if<Problems>(&prepared))
    return refuse(context, *problems, restoration->request());
  auto& [system, plan] = std::get<Ready>(prepared);
  if (plan.empty()) return show_nothing_to_do(context, {}, ArchiveCheck::as_needed);
  announce(context, plan, {});
  Progress progress(context);
  const Report report = system.apply(plan, *restoration, progress);
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
