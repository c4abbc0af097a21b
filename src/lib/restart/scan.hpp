// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lib/model/retired.hpp"
#include "lib/restart/judge_paths.hpp"
#include "lib/restart/script_index.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

struct Scan {
  RestartReport report;
  /// Rows that nobody will ever hold again: nobody needs to ask about them a second time.
  std::vector<RetiredInode> settled;
};

/// What the databases know besides.
struct Known {
  std::vector<PackageFile> present;  ///< files that the packages of retired modules have now: those that shows_use()
  ManagedAmong managed;              ///< which of some paths minipkg owns: they are never judged by path
};

/// Who still holds one of the retired inodes, or reads it as a script or module. Asks the file systems first (file
/// handles); looks at processes only if some inode may be alive, or some was a script, which nobody needs to hold.
/// `root_fd` is the directory that RetiredInode::place is relative to. Rows of another boot than the running one are
/// passed over. Files that are on no record are looked for as `options.unmanaged` says. Never throws for a single
/// process; throws Error(cannot_answer) only if `options.proc` cannot be listed, Error(usage) for a user that is not
/// known.
Scan scan(int root_fd, const std::vector<RetiredInode>& retired, const ScanOptions& options, const Known& known = {});

/// /proc/sys/kernel/random/boot_id
std::string boot_id();

}  // namespace minipkg::restart
