// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/manifest.hpp"
#include "minipkg/package.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/restart.hpp"
#include "minipkg/root.hpp"

namespace minipkg {

enum class Access {
  observe,  ///< changes nothing at all, not even to undo an interrupted transaction: for dry runs
  read,     ///< undoes an interrupted transaction if this process may, then only reads
  write,
};

/// Whether the root keeps the machine-local database (inode identities, retired inodes, history).
enum class Liveness {
  automatic,  ///< what the root already is; a root without state.db is offline, the running system's own "/" is live
  live,
  offline,  ///< refused on a live root unless DiscardState::yes
};
enum class DiscardState { no, yes };
enum class Sync {
  fs,    ///< what apply() returned from is on the disk
  none,  ///< the kernel writes when it likes: for image builders and tests
};

struct OpenOptions {
  Root root;
  Access access = Access::read;
  Liveness liveness = Liveness::automatic;
  DiscardState discard_state = DiscardState::no;
  Sync sync = Sync::fs;
  std::chrono::seconds lock_wait{0};
  std::optional<std::int64_t> clock;  ///< seconds since 1970 instead of the wall clock (SOURCE_DATE_EPOCH)
  std::vector<std::string> command;   ///< argv, for the lock's holder line and for history
};

/// Told of progress from inside apply(); called often, must be quick and must not throw.
class MINIPKG_API Observer {
 public:
  enum class Phase { stage, commit, record, sweep };
  virtual ~Observer() = default;
  virtual void phase(Phase, const Plan&) {}
  virtual void item(const std::string& /*path*/) {}                           ///< what is done now
  virtual void progress(std::uint64_t /*files*/, std::uint64_t /*bytes*/) {}  ///< done so far in this phase
  /// A signal number asks to stop: everything is undone and Error(interrupted) thrown. Asked before each step until
  /// the commit point, never after it.
  virtual int interrupted() { return 0; }
};

/// Whether reading a package may stop at its manifest when no byte of its data is needed.
enum class ArchiveCheck { as_needed, always };

/// What apply() did. Nothing here is a failure: those are thrown.
struct Report {
  std::uint64_t transaction = 0;  ///< number in history; 0 on an offline root
  std::vector<PackageChange> changes;
  Totals totals;
  std::vector<Notice> notices;
  std::vector<SignedFile> signatures;        ///< of the package files that had to be signed
  std::vector<std::string> unread_archives;  ///< package files whose data was not needed, and so not read
  std::vector<std::string> warnings;         ///< what failed after the commit point
};

struct OwnedPath {
  std::string path;                   ///< as asked
  std::vector<std::string> packages;  ///< empty: nobody's
};

/// One line of rpm's verify form. `flags` has nine letters of "SM5DLUGTP", '.' passed, '?' could not be checked.
struct VerifyFinding {
  std::string package, path, flags;
  char attribute = ' ';  ///< rpm's column: 'c' for a configuration file, otherwise ' '
  bool missing = false;
  std::string detail;  ///< for "missing": why (no such file, permission denied)
};
struct VerifyReport {
  std::uint64_t checked = 0;
  std::vector<VerifyFinding> findings;
  std::vector<std::string> unknown;  ///< names asked for that are not installed
};

struct HistoryFile {
  std::string path;
  std::string action;  ///< create, replace, remove, attributes, save, …
  std::optional<Digest> old_digest;
  std::uint64_t old_ino = 0, new_ino = 0;
};
struct HistoryEntry {
  std::uint64_t transaction = 0;
  std::string id;                          ///< random, hexadecimal; what packages.db carries
  std::string outcome;                     ///< done, undone, open
  std::int64_t started = 0, finished = 0;  ///< seconds since 1970 (SOURCE_DATE_EPOCH where set)
  std::uint32_t uid = 0;
  std::vector<std::string> command;
  std::vector<PackageChange> changes;
  std::vector<HistoryFile> files;  ///< only from history(N), until it is pruned
  bool kept = false;               ///< its old inodes are still there: it can be undone
  std::uint64_t kept_bytes = 0;    ///< that only they hold on the disk
};

/// Which transactions are taken back.
struct WayBack {
  enum class Kind {
    undo,      ///< this one, whose packages no later one may have changed
    rollback,  ///< every later one; 0 is the time before the first
  };
  Kind kind = Kind::undo;
  std::optional<std::uint64_t> transaction;  ///< undo: nothing is the last one
};

/// Packages as they were. What they need of their data is still on the disk, in the old inodes.
class MINIPKG_API Restoration {
 public:
  Restoration(Restoration&&) noexcept;
  Restoration& operator=(Restoration&&) noexcept;
  ~Restoration();
  /// For inspect() and plan_transaction(); points into this object. May be given a list of --overwrite globs.
  Request& request();

  struct Impl;
  explicit Restoration(std::unique_ptr<Impl>);
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// How much of the way back is kept. Transactions that exceed any limit are pruned, oldest first.
struct Retention {
  std::optional<std::uint64_t> transactions;
  std::optional<std::uint64_t> bytes;          ///< on all file systems together
  std::optional<std::int64_t> finished_since;  ///< seconds since 1970
};

enum class Recovery { nothing_to_do, undone, finished };

/// One root file system and its two databases. Opening for write takes the lock, migrates and recovers; the lock is
/// held until destruction. Opening otherwise creates nothing.
class MINIPKG_API System {
 public:
  /// Throws Error(usage) if the root is no directory, Error(locked), Error(permission),
  /// Error(cannot_answer) for a damaged or newer database.
  static System open(const OpenOptions&);
  /// Nothing was ever installed there: opening for write would make the databases' directory. Opens no database.
  static bool is_new(const OpenOptions&);
  System(System&&) noexcept;
  System& operator=(System&&) noexcept;
  ~System();
  /// Gives up the lock and tidies up; returns what could not be tidied, as a sentence: the next writer does it then.
  /// Nothing but destruction may follow. The destructor does the same without a word.
  std::string close();

  /// A sentence for stderr when a transaction is open that this process could not undo; otherwise empty.
  const std::string& pending_recovery() const;
  /// What opening had to repair.
  Recovery recovered() const;
  bool live() const;
  bool is_running_system() const;  ///< its root is this process's own "/"

  Facts inspect(const Request&) const;

  /// All or nothing. `packages` are those of the request the plan was made for, in its order.
  /// Throws Error(rolled_back | bad_package | interrupted | permission | locked): the root is as it was;
  /// Error(needs_recover): it is not, the journal is kept.
  Report apply(const Plan&, const std::vector<const Package*>& packages, Observer&,
               ArchiveCheck = ArchiveCheck::as_needed);

  /// Throws Error(refused) if it cannot be gone any more, naming the reason.
  Restoration way_back(const WayBack&) const;
  Report apply(const Plan&, const Restoration&, Observer&);
  /// What prune() would prune, oldest first.
  std::vector<HistoryEntry> beyond(const Retention&) const;
  void prune(std::uint64_t transaction);

  std::vector<InstalledPackage> packages() const;  ///< sorted by name
  std::optional<InstalledPackage> package(const std::string& name) const;
  std::optional<Manifest> manifest(const std::string& name) const;
  std::vector<OwnedPath> owners(const std::vector<std::string>& paths) const;  ///< through symlinked directories too
  VerifyReport verify(const std::vector<std::string>& names) const;            ///< no names: every package
  std::vector<HistoryEntry> history() const;                                   ///< newest first
  std::optional<HistoryEntry> history(std::uint64_t transaction) const;
  RestartReport needs_restart(const ScanOptions&) const;

  struct Impl;
  explicit System(std::unique_ptr<Impl>);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace minipkg
