// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "progress.hpp"
#include "signals.hpp"
#include "transaction.hpp"

namespace minipkg::cli {
namespace {

ExitStatus remove(Context& context, const std::vector<std::string>& names) {
  const auto began = std::chrono::steady_clock::now();
  Request request;
  request.remove = names;
  if (context.globals.dry_run) return show_dry_run(context, open_to_observe(context), request, {});
  catch_signals();
  auto prepared = prepare(context, request);
  if (const auto* problems = std::get_if<Problems>(&prepared)) return refuse(context, *problems, request);
  auto& [system, plan] = std::get<Ready>(prepared);
  announce(context, plan, {});
  Progress progress(context);
  const Report report = system.apply(plan, {}, progress);
  progress.erase();
  return show_report(context, system, report, began);
}

}  // namespace

void add_remove(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("remove", "Remove installed packages, all of them or none");
  for (const char* alias : {"rm", "erase", "delete", "uninstall"}) command->alias(alias);
  auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("NAME", *names, "Installed packages")->required();
  command->callback([&context, names] { context.run = [names](Context& with) { return remove(with, *names); }; });
}

}  // namespace minipkg::cli
