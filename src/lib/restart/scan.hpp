// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "lib/model/retired.hpp"
#include "lib/restart/judge_paths.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

struct Scan {
  RestartReport report;
  /// Rows that will never be found again: nobody needs to ask about them a second time.
  std::vector<RetiredInode> settled;
};

/// Who still holds one of the retired inodes. Asks the file systems first (file handles); looks at processes only if
/// some inode may be alive. `root_fd` is the directory that RetiredInode::place is relative to. Rows of another boot
/// than the running one are passed over. Files that are on no record are looked for as `options.unmanaged` says;
/// `managed` keeps those that minipkg owns out of it. Never throws for a single process; throws Error(cannot_answer)
/// only if `options.proc` cannot be listed.
Scan scan(int root_fd, const std::vector<RetiredInode>& retired, const ScanOptions& options,
          const ManagedAmong& managed = {});

/// /proc/sys/kernel/random/boot_id
std::string boot_id();

}  // namespace minipkg::restart
