// SPDX-License-Identifier: MIT
#include "package_source.hpp"

#include <fmt/format.h>

#include "minipkg/package.hpp"
#include "minipkg/text.hpp"

namespace minipkg::cli {

std::optional<Manifest> manifest_of(Context& context, const std::string& name_or_file) {
  const bool is_file = name_or_file == "-" || name_or_file.find('/') != std::string::npos ||
                       name_or_file.find(".tar") != std::string::npos;
  if (is_file) {
    // To look is not to install: special files and odd names are let in, to be seen.
    OpenPackageOptions options;
    options.special = SpecialFiles::allow;
    options.odd_names = OddNames::allow;
    return open_package(name_or_file, options).manifest();
  }
  std::optional<Manifest> manifest = context.open(Access::read).manifest(name_or_file);
  if (!manifest) {
    context.console.complain(fmt::format("cannot find '{}': no such package is installed", printable(name_or_file)),
                             fmt::format("a package file is named with a slash: ./{}", printable(name_or_file)));
  }
  return manifest;
}

}  // namespace minipkg::cli
