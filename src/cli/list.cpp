// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fnmatch.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

bool matches(const InstalledPackage& package, const std::string& glob) {
  return fnmatch(glob.c_str(), package.name.c_str(), 0) == 0;
}

ExitStatus list(Context& context, const std::vector<std::string>& globs) {
  std::vector<InstalledPackage> packages = context.open(Access::read).packages();
  ExitStatus status = ExitStatus::done;
  for (const std::string& glob : globs) {
    const auto fits = [&](const InstalledPackage& package) { return matches(package, glob); };
    if (std::any_of(packages.begin(), packages.end(), fits)) continue;
    context.console.complain(fmt::format("cannot find '{}': no such package is installed", printable(glob)));
    status = ExitStatus::negative;
  }
  if (!globs.empty()) {
    std::erase_if(packages, [&](const InstalledPackage& package) {
      return std::none_of(globs.begin(), globs.end(), [&](const std::string& glob) { return matches(package, glob); });
    });
  }
  Rows rows;
  for (const InstalledPackage& package : packages) {
    rows.push_back({printable(package.name), printable(package.version), printable(package.arch)});
  }
  context.console.print(context.globals.json ? to_json(packages) : records(rows, context.console));
  return status;
}

}  // namespace

void add_list(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("list", "List installed packages: name, version, architecture");
  command->alias("ls");
  auto globs = std::make_shared<std::vector<std::string>>();
  command->add_option("GLOB", *globs, "Only packages whose name matches");
  command->callback([&context, globs] { context.run = [globs](Context& with) { return list(with, *globs); }; });
}

}  // namespace minipkg::cli
