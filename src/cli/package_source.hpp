// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "context.hpp"

namespace minipkg::cli {

/// For arguments NAME|FILE: "-", or with a '/' or ".tar" in it, is a package file; anything else an installed
/// package. Nothing, and a complaint on stderr, if it is not installed.
std::optional<Manifest> manifest_of(Context&, const std::string& name_or_file);

}  // namespace minipkg::cli
