// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "context.hpp"
#include "minipkg/package.hpp"

namespace minipkg::cli {

/// --limit, for every command that reads package files.
void add_limit_option(CLI::App&, std::shared_ptr<ReadLimits>);

/// With -v, once a run: what this kernel lacks to hold the process that reads archives.
void warn_of_missing_protection(Context&, const Package&);

}  // namespace minipkg::cli
