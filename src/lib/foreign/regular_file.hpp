// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/regular_file.hpp"

/// Files of a root that may be anybody's: no link is followed, no pipe or device opened, nothing endless read.
namespace minipkg::foreign {

/// Nothing if it cannot be read, or has more than 256 MiB.
std::optional<std::string> read_regular(int dirfd, const char* name);

/// The names in a directory, sorted; none if it cannot be read.
std::vector<std::string> entries(int directory);

}  // namespace minipkg::foreign
