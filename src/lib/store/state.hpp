// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/model/journal.hpp"
#include "lib/model/package_before.hpp"
#include "lib/store/database.hpp"
#include "minipkg/system.hpp"

namespace minipkg::store {

/// What stat(2) says of an installed file, to be compared with what it says later.
struct RecordedStat {
  std::uint64_t ino = 0, size = 0;
  std::int64_t mtime = 0, ctime = 0, birth = 0;  ///< nanoseconds since 1970
  static RecordedStat of(const OnDisk& disk, std::int64_t ctime) {
    return {disk.identity.ino, disk.size, disk.mtime_sec * 1'000'000'000 + disk.mtime_nsec, ctime, disk.identity.birth};
  }
  bool operator==(const RecordedStat&) const = default;
};

struct TransactionHead {
  std::string id;
  std::int64_t started = 0;
  std::uint32_t uid = 0;
  std::vector<std::string> command;
  std::vector<PackageChange> changes;
  std::uint64_t restores = 0;  ///< as Journal::restores
};

/// state.db: what is true of this machine only. Its journal is the undo log of a transaction, and its history after.
class State {
 public:
  /// Opening for write migrates. For read the file must exist.
  explicit State(const OpenDatabase&);

  bool is_new() { return database_.version() == 0; }
  bool live();  ///< false while it only serves a transaction of an offline root
  void set_live(bool live);
  std::string meta(const std::string& key);
  void set_meta(const std::string& key, const std::string& value);

  /// Durable on return: every staging area is known before it is made. Returns the transaction's number.
  std::uint64_t begin(const TransactionHead&, const std::vector<JournalPlace>&);
  /// Durable on return: from here on every step may have happened. `retired` counts once the transaction is done.
  /// From here on, too, the file is held exclusively until it is closed: no reader can stop the journal's closing.
  void write_journal(const Journal&, const std::vector<RetiredInode>& retired,
                     const std::vector<PackageBefore>& before);
  /// The transaction that is neither done nor undone.
  std::optional<Journal> open_journal();
  /// Records what the files are now; part of finishing, idempotent.
  void record(const std::vector<std::pair<std::string, RecordedStat>>& present, const std::vector<std::string>& gone);
  enum class Keep { nothing, old_inodes };
  /// The transaction's places come with their kept_bytes.
  void close_done(const Journal&, std::int64_t finished, Keep);
  void close_undone(std::uint64_t number, std::int64_t finished);
  /// Before the first transaction of a boot: forgets the retired inodes of others, and notes where this one begins.
  void enter_boot(const std::string& boot_id);
  /// Packages that transactions of this boot changed, with their version before it; empty: they were not installed.
  std::map<std::string, std::string> versions_before_boot(const std::string& boot_id);
  /// Forgets these; of scripts only that somebody may hold them. Nothing that a power cut must not undo.
  void forget_retired(const std::vector<RetiredInode>&);

  // The way back, state_undo.cpp.
  /// Transactions that keep their old inodes, newest first, without steps.
  std::vector<Journal> kept();
  /// One that is done, with its steps unless it was pruned.
  Journal journal(std::uint64_t number);
  std::vector<PackageBefore> packages_before(std::uint64_t number);
  /// What the transaction retired in this boot: path and the content that the package gave it.
  std::map<std::string, Digest> retired_contents(std::uint64_t number);
  /// Inodes that have a name again are not old. Of scripts and modules it stays on record when they had none.
  void forget_returned(const std::vector<Identity>&);
  void begin_prune(std::uint64_t number);  ///< durable: from here on nobody counts on the old inodes
  void end_prune(std::uint64_t number);    ///< forgets its steps too
  std::vector<std::uint64_t> pruning();

  std::optional<RecordedStat> recorded(const std::string& path);
  std::vector<RetiredInode> retired();  ///< those that were returned too
  std::vector<HistoryEntry> history();
  std::optional<HistoryEntry> history(std::uint64_t number);

  /// For SqlTransaction: many questions cost the locks of one.
  Database& database() { return database_; }

 private:
  void add_steps(const Journal&);
  void add_before(std::uint64_t number, const PackageBefore&);
  void forget_steps(std::uint64_t number);
  std::vector<JournalPlace> places(std::uint64_t number);
  void add_retired(std::uint64_t number, const RetiredInode&);
  void load_steps(Journal&);
  std::vector<PackageChange> changes(std::uint64_t number);
  std::vector<HistoryFile> history_files(std::uint64_t number);

  Database database_;
};

}  // namespace minipkg::store
