// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "lib/os/lock.hpp"
#include "lib/os/tree.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "lib/transaction/transaction.hpp"
#include "minipkg/system.hpp"

namespace minipkg {

/// Where the two databases and the lock live, below the root.
constexpr const char* state_directory = "/var/lib/minipkg";

struct System::Impl {
  OpenOptions options;
  os::Tree root;
  std::string directory;       ///< state_directory where it really is, canonical below the root
  std::string directory_path;  ///< the same as a path of this process, for SQLite
  Fd directory_fd;             ///< none: it does not exist (only when opened for read)
  std::optional<os::WriterLock> lock;
  std::optional<store::Packages> packages;
  std::optional<store::State> state;  ///< none: an offline root at rest, or one that was never written
  std::string pending;
  Recovery recovered = Recovery::nothing_to_do;

  transaction::Context context();
  /// The default: the last ten transactions, and at most a tenth of each file system.
  void prune_by_default();
  std::int64_t clock() const;
  std::string command() const;
  store::OpenDatabase database(const char* name, store::Mode) const;

  Report run(const Plan&, const std::vector<transaction::Supply>&, std::uint64_t restores, Observer&, ArchiveCheck);

  void open_for_read();
  void open_for_write();
  void close_offline();

 private:
  bool find_directory();
  std::string make_directory();
  void open_databases(store::Mode);
  bool may_repair() const;
  void try_recovery();
  void remove_strays();
  void decide_liveness(bool had_state);
  void forget_pristine(const std::string& made);
};

/// Collects all that planning must know; the only place that decides what is looked at and what is read.
Facts gather_facts(const os::Tree& root, store::Packages&, store::State*, const Request&);

VerifyReport verify_packages(const os::Tree& root, store::Packages&, const std::vector<std::string>& names);

}  // namespace minipkg
