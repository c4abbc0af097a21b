// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "minipkg/export.hpp"

namespace minipkg {

/// How a process holds an old inode, strongest first. Only `executable` and `code` call for a restart.
enum class Use : std::uint8_t {
  executable,  ///< /proc/PID/exe
  code,        ///< mapped executable
  data,        ///< mapped, never executable
  descriptor,  ///< open (only with Files::yes)
};
enum class RetiredKind : std::uint8_t { replaced, removed };
enum class Certainty : std::uint8_t {
  confirmed,    ///< by file handle, or by device, inode and birth time asked of the kernel for this very mapping
  unconfirmed,  ///< by device, inode and path text only: the caller may not look closer
};
enum class OpenFiles { skip, look };

struct ScanOptions {
  OpenFiles files = OpenFiles::skip;
  std::string proc = "/proc";
  std::vector<std::string> packages;  ///< only these; empty: all
  std::optional<std::uint32_t> pid;   ///< only this process
};

struct StaleFile {
  std::string path;  ///< as the package names it, below the root
  std::string package, old_version;
  std::string new_version;  ///< installed now; empty when the package or the file is gone
  RetiredKind kind = RetiredKind::replaced;
  Use use = Use::code;
  Certainty certainty = Certainty::confirmed;
  std::uint64_t dev = 0, ino = 0;
  std::uint64_t transaction = 0;  ///< that retired it
};

struct StaleProcess {
  std::uint32_t pid = 0, ppid = 0, uid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot, proc_pid_stat(5) field 22
  std::string user;              ///< name, or the number where there is none
  std::string command;           ///< comm, as the process chose it: escape before printing
  std::string exe;               ///< text of /proc/PID/exe, for display only
  std::string unit;              ///< systemd unit ("sshd.service", "session-3.scope"), or empty
  std::string cgroup;
  std::vector<StaleFile> files;  ///< strongest use first; one for each inode however often it is mapped

  /// Something it executes is stale; otherwise it only holds old data.
  bool needs_restart() const { return !files.empty() && files.front().use <= Use::code; }
};

struct RestartReport {
  std::vector<StaleProcess> processes;  ///< sorted by pid
  std::uint64_t retired = 0;            ///< retired inodes of this boot on record
  std::uint64_t alive = 0;              ///< of these, not known to be gone
  std::uint64_t scanned = 0;            ///< processes looked at
  std::uint64_t unreadable = 0;         ///< processes that could not be looked at
};

}  // namespace minipkg
