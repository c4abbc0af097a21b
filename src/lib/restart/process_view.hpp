// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/fd.hpp"
#include "lib/os/mappings.hpp"
#include "lib/os/procfs.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

enum class Outcome {
  looked_at,
  nothing_there,  ///< a kernel thread, a zombie, or it has gone
  unreadable,     ///< in whole or in part
};
/// Of a failed look at /proc/PID.
Outcome outcome_of(int error);

/// One process as all finders see it: opened once, its mappings read once. Reused for one process after the other, so
/// that its buffers stay.
class ProcessView {
 public:
  explicit ProcessView(os::MappingSource source = os::MappingSource::automatic,
                       os::MappingNames names = os::MappingNames::skip)
      : reader_(source, names) {}

  /// Looks at another process; `proc` is a directory like /proc.
  Outcome open(int proc, std::uint32_t pid);

  std::uint32_t pid() const { return pid_; }
  /// Its /proc/PID.
  int leader() const { return leader_.get(); }
  /// The same, or /proc/TID of a thread where the first one has exited: such a leader has no memory and no files.
  int process() const { return thread_ ? thread_.get() : leader_.get(); }
  /// What /proc/PID/exe leads to; all zero if that is not known.
  const Identity& executable() const { return executable_; }
  /// By address; empty if they cannot be read. They are read when somebody asks: most of a look's time goes into that.
  const std::vector<os::Mapping>& mappings() const;
  /// looked_at if nobody asked for the mappings, too.
  Outcome mappings_outcome() const { return mappings_.value_or(Outcome::looked_at); }

 private:
  Outcome open_executable(int proc);
  Outcome without_executable(int error) const;
  std::optional<Identity> enter_live_thread(int proc);

  std::uint32_t pid_ = 0;
  Fd leader_, thread_;
  Identity executable_;
  mutable os::MappingReader reader_;
  mutable std::optional<Outcome> mappings_;  ///< nothing: not read yet
  std::vector<os::Mapping> none_;
};

/// Looks for old files of one kind in a process. One for each thread; what is shared is read only.
class Finder {
 public:
  virtual ~Finder() = default;
  /// Adds what it finds. Returns unreadable if it could not look at all that it wanted.
  virtual Outcome look(const ProcessView&, std::vector<StaleFile>& found) = 0;
};

}  // namespace minipkg::restart
