// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/package.hpp"
#include "minipkg/text.hpp"
#include "open_options.hpp"
#include "render_text.hpp"
#include "source_date_epoch.hpp"

namespace minipkg::cli {
namespace {

ExitStatus build(Context& context, BuildOptions options) {
  context.refuse_dry_run("build", options.output);
  options.source_date_epoch = source_date_epoch().value_or(0);  // the same bytes every day
  const Manifest manifest = build_package(options);
  if (context.globals.json) context.console.print(manifest_json(manifest));
  context.console.tell(fmt::format("{}: {} {} {}, {}, {}\n", printable(options.output), printable(manifest.name),
                                   printable(manifest.version), printable(manifest.arch),
                                   count_text(manifest.files.size(), "path"), size_text(manifest.installed_size)));
  return ExitStatus::done;
}

}  // namespace

void add_build(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("build", "Make a package file of a directory, the same bytes each time");
  command->alias("create")->alias("pack");
  auto options = std::make_shared<BuildOptions>();
  auto keep_owners = std::make_shared<bool>(false);
  command->add_option("DIR", options->directory, "What stands in it becomes the root of the package")->required();
  command->add_option("-o,--output", options->output, "NAME.pkg.tar, or with .gz, .xz, .zst, .bz2, .lz4 behind it")
      ->required()
      ->type_name("FILE");
  command->add_option("--manifest", options->manifest, "Name, version and all the rest but the files, as JSON")
      ->type_name("FILE");
  command->add_option("--name", options->name, "Name of the package")->type_name("NAME");
  command->add_option("--version", options->version, "Its version")->type_name("V");
  command->add_option("--arch", options->arch, "Its architecture (x86_64, arm64, noarch, …)")->type_name("A");
  command->add_flag("--keep-owners", *keep_owners, "Owners as on disk instead of root:root");
  add_odd_names_option(*command, options->odd_names);
  command->callback([&context, options, keep_owners] {
    options->owners = *keep_owners ? BuildOwners::keep : BuildOwners::root;
    context.run = [options](Context& with) { return build(with, *options); };
  });
}

}  // namespace minipkg::cli
