// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// Packages know paths below the root. A relative one means the working directory where the root is "/", and the
/// root itself where it is another.
std::string below_root(const std::string& path, const std::string& root) {
  std::filesystem::path base = "/";
  if (root == "/" && !path.starts_with('/')) {
    std::error_code gone;
    base = std::filesystem::current_path(gone);
    if (gone) {
      throw Error(ErrorKind::usage,
                  fmt::format("cannot find '{}' in the working directory: {}", printable(path), gone.message()));
    }
  }
  std::string absolute = (base / path).lexically_normal().string();
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  return absolute;
}

ExitStatus owner(Context& context, const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  for (const std::string& argument : arguments) paths.push_back(below_root(argument, context.globals.root));
  const std::vector<OwnedPath> answers = context.open(Access::read).owners(paths);
  ExitStatus status = ExitStatus::done;
  Rows rows;
  for (const OwnedPath& answer : answers) {
    for (const std::string& package : answer.packages) rows.push_back({printable(answer.path), printable(package)});
    if (!answer.packages.empty()) continue;
    context.console.complain(fmt::format("cannot find an owner of '{}': no package lists it", printable(answer.path)));
    status = ExitStatus::negative;
  }
  context.console.print(context.globals.json ? to_json(answers) : records(rows, context.console));
  return status;
}

}  // namespace

void add_owner(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("owner", "Tell which packages own paths");
  command->alias("owns")->alias("which");
  auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("PATH", *paths, "Paths below the root")->required();
  command->callback([&context, paths] { context.run = [paths](Context& with) { return owner(with, *paths); }; });
}

}  // namespace minipkg::cli
