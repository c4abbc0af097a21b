// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/package.hpp"
#include "minipkg/text.hpp"
#include "open_options.hpp"
#include "payload_check.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// Reads the package to its end, so that what is shown has been checked.
ExitStatus inspect(Context& context, const std::string& file, const OpenPackageOptions& how) {
  const Package package = open_package(file, how);
  warn_of_missing_protection(context, package);
  check_payload(package);
  for (const Notice& notice : twin_notices(package.manifest())) context.console.warn(warning_text(notice));
  if (context.globals.json) {
    context.console.print(inspect_json(package));
    return ExitStatus::done;
  }
  const bool native = package.form() == Package::Form::native;
  context.console.print(metadata_text(package.manifest()));
  context.console.print(aligned({{"Form:        ", native ? "native" : "bare tar (no manifest of its own)"}}));
  for (const std::string& special : package.special_files()) {
    context.console.print(aligned({{"Special:     ", printable(special)}}));
  }
  for (const FileEntry& entry : package.manifest().files) context.console.print(file_line(entry));
  return ExitStatus::done;
}

}  // namespace

void add_inspect(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("inspect", "Check a package file to its end and show what is in it");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "Package file; - is stdin")->required();
  auto how = std::make_shared<OpenPackageOptions>();
  how->special = SpecialFiles::allow;  // to look is not to install
  add_limit_option(*command, how->limits);
  add_odd_names_option(*command, how->odd_names);
  command->callback(
      [&context, file, how] { context.run = [file, how](Context& with) { return inspect(with, *file, *how); }; });
}

}  // namespace minipkg::cli
