// SPDX-License-Identifier: MIT
#pragma once
#include "lib/os/tree.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "lib/transaction/undo_store.hpp"
#include "minipkg/system.hpp"

namespace minipkg::transaction {

/// What a transaction works on; all of it outlives the call.
struct Context {
  const os::Tree& root;
  store::Packages& packages;
  store::State& state;
  Sync sync = Sync::fs;
  std::int64_t clock = 0;  ///< seconds since 1970
};

/// A package that comes, and who brings the data of its files. All of it outlives the call.
struct Supply {
  const Manifest* manifest = nullptr;
  const Digest* digest = nullptr;
  const Package* archive = nullptr;                       ///< is read to its end; or
  const std::map<std::size_t, KeptFile>* kept = nullptr;  ///< old inodes get their name back, by entry of the manifest
};

/// Who asked, and for what.
struct Undertaking {
  std::vector<std::string> command;
  std::uint64_t restores = 0;  ///< as Journal::restores
};

/// All or nothing: stage, prepare, journal, commit, record, sweep. See ARCHITECTURE.md for the order and its reasons.
Report run(Context&, const Plan&, const std::vector<Supply>&, const Undertaking&, Observer&, ArchiveCheck);

/// Undoes or finishes the transaction that is open, if one is. Idempotent, may be interrupted at any point.
Recovery recover(Context&);

/// Gives up the old inodes of a finished transaction: it cannot be undone any more. May be interrupted; recover()
/// goes on with it.
void prune(Context&, std::uint64_t number);
/// The same for every transaction that has some.
void prune_all(Context&);

}  // namespace minipkg::transaction
