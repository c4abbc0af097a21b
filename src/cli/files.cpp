// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "package_source.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

struct FilesOptions {
  std::string name_or_file;
  bool null_terminated = false;
};

std::string file_text(const FileEntry& entry, const Context& context, const FilesOptions& options) {
  if (options.null_terminated) return entry.path + '\0';
  return context.globals.verbose > 0 ? file_line(entry) : printable(entry.path) + "\n";
}

ExitStatus files(Context& context, const FilesOptions& options) {
  const std::optional<Manifest> manifest = manifest_of(context, options.name_or_file);
  if (!manifest) return ExitStatus::negative;
  if (context.globals.json) {
    context.console.print(files_json(*manifest));
    return ExitStatus::done;
  }
  for (const FileEntry& entry : manifest->files) context.console.print(file_text(entry, context, options));
  return ExitStatus::done;
}

}  // namespace

void add_files(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("files", "List the paths of an installed package or a package file");
  auto options = std::make_shared<FilesOptions>();
  command->add_option("NAME|FILE", options->name_or_file, "A package file has a / or .tar in its name")->required();
  command->add_flag("-0,--null", options->null_terminated, "End each path, exactly as it is, with a NUL");
  command->callback([&context, options] { context.run = [options](Context& with) { return files(with, *options); }; });
}

}  // namespace minipkg::cli
