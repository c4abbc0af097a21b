// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/fd.hpp"
#include "lib/os/mappings.hpp"
#include "lib/restart/match.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

enum class Outcome {
  looked_at,
  nothing_there,  ///< a kernel thread, a zombie, or it has gone
  unreadable,     ///< in whole or in part; what was seen is in the holdings
};

/// Looks at one process after the other for the inodes of an index, which must outlive it.
class Examiner {
 public:
  Examiner(int root_fd, const RetiredIndex& index, OpenFiles files,
           os::MappingSource source = os::MappingSource::automatic)
      : root_fd_(root_fd), index_(index), files_(files), reader_(source) {}

  Outcome examine(int proc, std::uint32_t pid);

  /// What the last process holds.
  const std::vector<Holding>& holdings() const { return holdings_; }
  /// Its /proc/PID.
  int leader() const { return leader_.get(); }
  /// The same, or /proc/TID of a thread where the first one has exited: such a leader has no memory and no files.
  int process() const { return thread_ ? thread_.get() : leader_.get(); }

 private:
  Outcome without_executable(int error) const;
  std::optional<Identity> enter_live_thread(int proc);
  Outcome examine_mappings();
  Outcome examine_files();
  void judge(const char* link, Use use, std::uint64_t dev, std::uint64_t ino);
  bool is_known(std::span<const std::size_t> rows, Use use) const;
  std::string path_as_seen(const RetiredInode& row);

  int root_fd_;
  const RetiredIndex& index_;
  OpenFiles files_;
  os::MappingReader reader_;
  Fd leader_, thread_;
  std::vector<Holding> holdings_;
  std::map<std::string, std::string> parents_as_seen_;
};

}  // namespace minipkg::restart
