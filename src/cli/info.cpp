// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "minipkg/json.hpp"
#include "package_source.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

ExitStatus info(Context& context, const std::string& name_or_file) {
  const std::optional<Manifest> manifest = manifest_of(context, name_or_file);
  if (!manifest) return ExitStatus::negative;
  context.console.print(context.globals.json ? info_json(*manifest) : metadata_text(*manifest));
  return ExitStatus::done;
}

}  // namespace

void add_info(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("info", "Describe an installed package or a package file");
  command->alias("show");
  auto argument = std::make_shared<std::string>();
  command->add_option("NAME|FILE", *argument, "A package file has a / or .tar in its name")->required();
  command->callback(
      [&context, argument] { context.run = [argument](Context& with) { return info(with, *argument); }; });
}

}  // namespace minipkg::cli
