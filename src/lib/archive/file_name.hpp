// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace minipkg::archive {

/// What a package's file name says; each part may be empty.
struct NameParts {
  std::string name, version, arch;
  bool operator==(const NameParts&) const = default;
};

/// "hello-2.12.1-1.x86_64.pkg.tar.zst", also the way pacman ("-x86_64") and Debian ("hello_2.12.1-1_amd64") put it.
/// Directories before the name do not matter; the architecture is recognised only if it is a known one.
NameParts parse_file_name(std::string_view file);

}  // namespace minipkg::archive
