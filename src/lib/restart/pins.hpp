// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace minipkg::restart {

/// What, besides names and open files, can lead a process to an inode that lost its name: a bind mount of that very
/// file, or an overlay above its directory, in any mount namespace. Where there is neither, an old inode that nobody
/// has open or mapped will never be run again. (Left out: a descriptor of O_PATH that is opened anew through
/// /proc/self/fd, and a namespace that no process is in.)
class Pins {
 public:
  Pins() = default;
  /// Of the mount namespaces of all processes that may be looked at; `proc` is a directory like /proc.
  static Pins read(int proc);

  /// Adds those of a text like /proc/PID/mountinfo, proc_pid_mountinfo(5).
  void add(std::string_view mountinfo);
  /// `path` from the root of the caller's namespace. True where it cannot be told.
  bool may_lead_to(std::string_view path) const;

 private:
  std::vector<std::string> deleted_;  ///< bind-mounted files that have lost their names, below their file system's root
  std::vector<std::string> lower_;    ///< lower directories of overlays, as whoever mounted them saw them
};

}  // namespace minipkg::restart
