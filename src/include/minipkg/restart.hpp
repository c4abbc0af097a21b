// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "minipkg/export.hpp"

namespace minipkg {

/// How a process holds an old file, strongest first. From `executable` to `module` it calls for a restart.
enum class Use : std::uint8_t {
  executable,  ///< /proc/PID/exe
  code,        ///< mapped executable
  script,      ///< what its interpreter was told to run
  module,      ///< what its script loaded
  data,        ///< mapped, never executable
  descriptor,  ///< open (only with OpenFiles::look)
};
enum class RetiredKind : std::uint8_t { replaced, removed };
enum class Certainty : std::uint8_t {
  confirmed,    ///< by file handle, or by device, inode and birth time asked of the kernel for this very mapping
  unconfirmed,  ///< by device, inode and path text only: the caller may not look closer
  likely,       ///< a script or a module: read when the process began, and not held since
};
/// What tells that a file is old.
enum class Basis : std::uint8_t {
  record,  ///< minipkg wrote its inode down when it took its name away
  path,    ///< nobody did, but it is not the inode at its path, as the process's own root sees it
};
enum class OpenFiles : std::uint8_t { skip, look };
enum class Guesses : std::uint8_t { report, omit };  ///< Certainty::likely
/// Files that minipkg did not replace.
enum class Unmanaged : std::uint8_t {
  ignore,
  owned,       ///< those that dpkg or rpm own, if the root has their database
  everything,  ///< those of nobody too, and those of processes in other roots
};

struct ScanOptions {
  OpenFiles files = OpenFiles::skip;
  Guesses guesses = Guesses::report;
  Unmanaged unmanaged = Unmanaged::owned;
  std::string proc = "/proc";
  // Only these; empty: all.
  std::vector<std::string> packages;
  std::vector<std::string> units;  ///< system's or user's as in Placement, with or without ".service"
  std::vector<std::string> users;  ///< effective: names by the root's own passwd, else the machine's, or numbers
  std::vector<std::uint32_t> pids;
};

struct StaleFile {
  std::string path;  ///< as the package names it, below the root; Basis::path: as the process's root sees it
  std::string package, old_version;
  std::string new_version;  ///< installed now; empty when the package or the file is gone
  RetiredKind kind = RetiredKind::replaced;
  Use use = Use::code;
  Certainty certainty = Certainty::confirmed;
  Basis basis = Basis::record;
  std::uint64_t dev = 0, ino = 0;
  std::uint64_t transaction = 0;  ///< that retired it; 0 with Basis::path

  bool calls_for_restart() const { return use <= Use::module; }
};

struct Container {
  std::string engine;  ///< "docker", "podman", "containerd", "lxc", "nspawn", …; empty: none
  std::string name;    ///< as its engine prints it: a name, or the first 12 digits of an id
  bool operator==(const Container&) const = default;
};

/// What manages a process, by its control group. Empty where there is none of the kind.
struct Placement {
  std::string cgroup;     ///< its path
  std::string unit;       ///< of the machine's systemd: "ssh.service", "session-3.scope", "user@1000.service"
  std::string user_unit;  ///< of the user's own systemd below that: "emacs.service"
  std::string slice;      ///< innermost of the machine's: "system.slice", "user-1000.slice"
  std::string session;    ///< logind's number: "3"
  Container container;
};

struct StaleProcess {
  std::uint32_t pid = 0, ppid = 0, uid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot, proc_pid_stat(5) field 22
  std::string user;              ///< name, or the number where there is none
  std::string command;           ///< comm, as the process chose it: escape before printing
  std::string exe;               ///< text of /proc/PID/exe, for display only
  std::string root;              ///< text of /proc/PID/root where it is not "/": a chroot
  Placement placement;
  std::vector<StaleFile> files;  ///< strongest use first; one for each inode however often it is mapped

  /// Something it executes is stale; otherwise it only holds old data.
  bool needs_restart() const { return !files.empty() && files.front().calls_for_restart(); }
};

/// How something gets its new code.
enum class RemedyKind : std::uint8_t {
  restart_unit,
  reload_unit,  ///< its package says that this suffices
  restart_user_unit,
  reexec_manager,       ///< systemctl daemon-reexec
  reexec_user_manager,  ///< the same for a user's systemd
  restart_container,    ///< by its engine
  end_session,          ///< log out
  restart_process,      ///< by hand: nothing manages it
};
enum class Manner : std::uint8_t {
  automatic,  ///< `minipkg restart` does it
  by_hand,    ///< it never does: Remedy::why tells
};

struct Remedy {
  RemedyKind kind = RemedyKind::restart_process;
  Manner manner = Manner::by_hand;
  std::string unit;  ///< or session
  std::uint32_t uid = 0;
  std::string user;  ///< whose unit, session or process it is
  Container container;
  std::vector<std::uint32_t> pids;             ///< ascending
  std::string why;                             ///< not automatic because; a sentence without a full stop
  Certainty certainty = Certainty::confirmed;  ///< the best of its processes
  Basis basis = Basis::record;                 ///< the same
};

enum class Reboot : std::uint8_t { no, soft_reboot, reboot };
/// Strongest wish first.
struct RebootReason {
  Reboot wish = Reboot::reboot;
  std::string package, version;  ///< installed; empty if only the running kernel tells
  std::string why;               ///< a sentence without a full stop
};

struct RestartReport {
  std::vector<StaleProcess> processes;  ///< sorted by pid
  std::vector<Remedy> remedies;         ///< in the order to do them; every process that needs a restart is in one
  std::vector<RebootReason> reboot;     ///< empty: no reboot is wanted
  std::string running_kernel;           ///< uname -r
  std::string installed_kernel;         ///< the newest installed; empty if not known
  std::uint64_t retired = 0;            ///< retired inodes of this boot on record
  std::uint64_t alive = 0;              ///< of these, not known to be gone
  std::uint64_t scanned = 0;            ///< processes looked at
  std::uint64_t unreadable = 0;         ///< processes that could not be looked at
};

}  // namespace minipkg
