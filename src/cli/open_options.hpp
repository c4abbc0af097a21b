// SPDX-License-Identifier: MIT
#pragma once
#include "context.hpp"
#include "minipkg/package.hpp"

namespace minipkg::cli {

/// --limit, for every command that reads package files. What is set here and below must live as long as the parser.
void add_limit_option(CLI::App&, ReadLimits&);

/// --allow-odd-names, for those that read or make them.
void add_odd_names_option(CLI::App&, OddNames&);

/// With -v, once a run: what this kernel lacks to hold the process that reads archives.
void warn_of_missing_protection(Context&, const Package&);

}  // namespace minipkg::cli
