// SPDX-License-Identifier: MIT
#include <fmt/format.h>

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
ExitStatus inspect(Context& context, const std::string& file, const ReadLimits& limits, OddNames odd_names) {
  OpenPackageOptions options;
  options.special = SpecialFiles::allow;
  options.limits = limits;
  options.odd_names = odd_names;
  const Package package = open_package(file, options);
  warn_of_missing_protection(context, package);
  check_payload(package);
  for (const Twins& twins : find_twins(package.manifest().files)) {
    const bool by_case = twins.by == Twins::By::letter_case;
    context.console.warn(warning_text(
        {by_case ? NoticeKind::differs_in_case : NoticeKind::looks_the_same, {}, twins.path, twins.other}));
  }
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
  auto limits = std::make_shared<ReadLimits>();
  add_limit_option(*command, limits);
  auto odd_names = std::make_shared<bool>(false);
  command->add_flag("--allow-odd-names", *odd_names, "Take paths with control characters, such as a newline");
  command->callback([&context, file, limits, odd_names] {
    const OddNames odd = *odd_names ? OddNames::allow : OddNames::refuse;
    context.run = [file, limits, odd](Context& with) { return inspect(with, *file, *limits, odd); };
  });
}

}  // namespace minipkg::cli
