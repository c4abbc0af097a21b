// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>

#include "lib/os/lock.hpp"
#include "lib/os/tree.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "lib/transaction/transaction.hpp"
#include "minipkg/error.hpp"
#include "minipkg/system.hpp"

namespace minipkg {

/// Where the two databases and the lock live, below the root.
constexpr const char* state_directory = "/var/lib/minipkg";
constexpr const char* packages_file = "packages.db";
constexpr const char* state_file = "state.db";

/// Whether the directory is this process's own "/".
bool is_own_root(int root);

struct System::Impl {
  OpenOptions options;
  os::Tree root;
  std::string directory;       ///< state_directory where it really is, canonical below the root
  std::string directory_path;  ///< the same as a path of this process, for messages
  Fd directory_fd;             ///< none: it does not exist (only when opened for read)
  std::optional<os::WriterLock> lock;
  std::optional<store::Packages> packages;
  std::optional<store::State> state;      ///< none: an offline root at rest, or one that was never written
  std::optional<Error> unreadable_state;  ///< why there is none although there should be
  bool discards_state = false;            ///< once something changes: who is refused has lost nothing
  std::string pending;
  Recovery recovered = Recovery::nothing_to_do;

  transaction::Context context();
  /// The default: the last ten transactions, and at most a tenth of each file system.
  void prune_by_default();
  void make_room(const Plan&);
  std::int64_t clock() const;
  std::string command() const;
  store::OpenDatabase database(const char* name, store::Mode) const;

  Report run(const Plan&, const std::vector<transaction::Supply>&, std::uint64_t restores, Observer&, ArchiveCheck);
  /// Answers from one state of what the answer needs.
  enum class Needs { packages, both };
  template <class Work>
  auto read(Needs, Work work);

  /// Spares the next question what this one has settled, if that may be written and nobody is at work.
  void forget(const std::vector<RetiredInode>& settled);

  void open_root();
  void open_for_read();
  void open_for_write();
  void close_offline();
  /// False: there is none.
  bool find_directory();

 private:
  std::string make_directory();
  void open_databases(store::Mode);
  void open_state_for_read();
  void lock_and_recover(const std::string& made);
  bool may_repair() const;
  void try_recovery();
  void remove_strays();
  void decide_liveness(bool had_state);
  void forget_pristine(const std::string& made);
  void forget_made(const std::string& made);
  void give_up_opening(const std::string& made);
};

/// One state of both databases for as long as it lives. A writer needs packages.db for itself before it changes
/// anything, so this comes first: while it is read, neither the tree nor state.db can become those of another state.
class Reading {
 public:
  Reading(store::Packages&, store::State*);

 private:
  std::optional<store::SqlTransaction> packages_, state_;
};

template <class Work>
auto System::Impl::read(Needs needs, Work work) {
  constexpr int attempts = 5;
  for (int attempt = 1;; ++attempt) {
    try {
      if (needs == Needs::both && unreadable_state) throw Error(*unreadable_state);
      const Reading reading(*packages, needs == Needs::both && state ? &*state : nullptr);
      return work();
    } catch (const Error& error) {
      // The databases of an offline root are replaced: the journal of a new one is not that of the old one.
      if (lock || error.kind() != ErrorKind::permission || attempt == attempts) throw;
    }
    packages.reset();
    state.reset();
    unreadable_state.reset();
    open_for_read();
  }
}

/// Collects all that planning must know; the only place that decides what is looked at and what is read.
/// `databases` is their directory, canonical below the root.
Facts gather_facts(const os::Tree& root, store::Packages&, store::State*, const std::string& databases, const Request&);

VerifyReport verify_packages(const os::Tree& root, store::Packages&, const std::vector<std::string>& names);

}  // namespace minipkg
