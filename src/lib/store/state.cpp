// SPDX-License-Identifier: MIT
#include "lib/store/state.hpp"

#include "lib/model/path.hpp"
#include "lib/store/codec.hpp"
#include "lib/store/schema.hpp"

namespace minipkg::store {
namespace {

/// A reader may not migrate: these hide the tables of an older schema from it, and show them as those of the newest.
constexpr const char* first_as_newest =
    "CREATE TEMP VIEW history AS SELECT *, 0 AS kept, 0 AS restores, 0 AS renamed FROM main.history;"
    "CREATE TEMP VIEW retired AS SELECT *, 0 AS language, 0 AS returned, 0 AS settled FROM main.retired;"
    "CREATE TEMP VIEW journal_place AS SELECT *, 0 AS kept_bytes FROM main.journal_place;"
    "CREATE TEMP VIEW journal_step AS SELECT *, 0 AS edited FROM main.journal_step;";
constexpr const char* second_as_newest =
    "CREATE TEMP VIEW history AS SELECT *, 0 AS renamed FROM main.history;"
    "CREATE TEMP VIEW retired AS SELECT *, 0 AS language, 0 AS returned, 0 AS settled FROM main.retired;";

const char* name_of(JournalState state) { return state == JournalState::staging ? "staging" : "committing"; }

}  // namespace

State::State(const OpenDatabase& options) : database_(options, state_application_id, state_migrations) {
  if (options.mode == Mode::read && database_.version() == 1) database_.exec(first_as_newest);
  if (options.mode == Mode::read && database_.version() == 2) database_.exec(second_as_newest);
  if (options.mode == Mode::read || database_.version() == static_cast<int>(state_migrations.size())) return;
  SqlTransaction transaction(database_, SqlTransaction::Kind::exclusive);
  for (auto at = static_cast<std::size_t>(database_.version()); at < state_migrations.size(); ++at) {
    database_.exec(std::string(state_migrations[at]).c_str());
  }
  transaction.commit();
}

bool State::live() { return meta("mode") == "live"; }
void State::set_live(bool live) { set_meta("mode", live ? "live" : "offline"); }

std::string State::meta(const std::string& key) {
  if (database_.version() == 0) return {};
  return database_.guard([&] {
    SQLite::Statement& row = database_.prepare("SELECT value FROM meta WHERE key = ?");
    row.bind(1, key);
    std::string value = row.executeStep() ? text(row.getColumn(0)) : std::string();
    row.reset();
    return value;
  });
}

void State::set_meta(const std::string& key, const std::string& value) {
  if (meta(key) == value) return;
  database_.guard([&] {
    SQLite::Statement& statement =
        database_.prepare("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    statement.bind(1, key);
    statement.bind(2, value);
    statement.exec();
  });
}

std::uint64_t State::begin(const TransactionHead& head, const std::vector<JournalPlace>& places) {
  return database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    SQLite::Statement& history = database_.prepare(
        "INSERT INTO history (id, state, started, uid, command, restores) VALUES (?, 'staging', ?, ?, ?, ?)");
    history.bind(1, head.id);
    history.bind(2, head.started);
    history.bind(3, head.uid);
    bind_blob(history, 4, encode_words(head.command));
    history.bind(5, as_signed(head.restores));
    history.exec();
    const std::int64_t number = database_.last_row_id();
    for (const PackageChange& change : head.changes) {
      SQLite::Statement& package = database_.prepare("INSERT INTO history_package VALUES (?, ?, ?, ?, ?, ?, ?)");
      package.bind(1, number);
      package.bind(2, change.name);
      package.bind(3, static_cast<int>(change.action));
      package.bind(4, change.from_version);
      package.bind(5, change.to_version);
      package.bind(6, change.arch);
      package.bind(7, change.size_change);
      package.exec();
    }
    for (std::size_t place = 0; place < places.size(); ++place) {
      SQLite::Statement& row =
          database_.prepare("INSERT INTO journal_place (number, place, top, mtime) VALUES (?, ?, ?, ?)");
      row.bind(1, number);
      row.bind(2, static_cast<std::int64_t>(place));
      row.bind(3, places[place].top);
      row.bind(4, places[place].mtime);
      row.exec();
    }
    transaction.commit();
    return static_cast<std::uint64_t>(number);
  });
}

void State::write_journal(const Journal& journal, const std::vector<RetiredInode>& retired,
                          const std::vector<PackageBefore>& before) {
  database_.guard([&] {
    database_.exec("PRAGMA locking_mode = EXCLUSIVE");
    SqlTransaction transaction(database_, SqlTransaction::Kind::exclusive);
    add_steps(journal);
    for (const RetiredInode& inode : retired) add_retired(journal.number, inode);
    for (const PackageBefore& package : before) add_before(journal.number, package);
    SQLite::Statement& update = database_.prepare("UPDATE history SET state = ?, renamed = ? WHERE number = ?");
    update.bind(1, name_of(JournalState::committing));
    update.bind(2, journal.renamed);
    update.bind(3, as_signed(journal.number));
    update.exec();
    transaction.commit();
  });
}

void State::add_steps(const Journal& journal) {
  for (std::size_t at = 0; at < journal.steps.size(); ++at) {
    const JournalStep& step = journal.steps[at];
    const std::int64_t directory = directory_id(database_, std::string(parent_path(step.path)));
    SQLite::Statement& row = database_.prepare(
        "INSERT INTO journal_step (number, step, kind, appear, place, directory, name, staged_ino, before_ino, "
        "save_as, before, before_mtime, old_digest, edited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, as_signed(journal.number));
    row.bind(2, static_cast<std::int64_t>(at));
    row.bind(3, static_cast<int>(step.kind));
    row.bind(4, static_cast<int>(step.appear));
    row.bind(5, step.place);
    row.bind(6, directory);
    row.bind(7, std::string(base_name(step.path)));
    row.bind(8, as_signed(step.staged_ino));
    row.bind(9, as_signed(step.before_ino));
    if (!step.save_as.empty()) row.bind(10, step.save_as);
    const bool gives_back = step.kind == StepKind::set_attributes || step.kind == StepKind::remove_directory;
    if (gives_back) bind_blob(row, 11, encode(step.before));
    row.bind(12, step.before_mtime);
    if (step.old_digest) bind_digest(row, 13, *step.old_digest);
    row.bind(14, step.edited ? 1 : 0);
    row.exec();
  }
  for (const TouchedDirectory& touched : journal.touched) {
    const std::int64_t directory = directory_id(database_, touched.path);
    SQLite::Statement& row = database_.prepare("INSERT INTO journal_directory VALUES (?, ?, ?)");
    row.bind(1, as_signed(journal.number));
    row.bind(2, directory);
    row.bind(3, touched.mtime);
    row.exec();
  }
}

void State::add_retired(std::uint64_t number, const RetiredInode& inode) {
  SQLite::Statement& row = database_.prepare(
      "INSERT INTO retired (number, path, dev, ino, birth, handle_type, handle, place, package, version, digest, kind, "
      "boot_id, language) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  row.bind(1, as_signed(number));
  row.bind(2, inode.path);
  row.bind(3, as_signed(inode.identity.dev));
  row.bind(4, as_signed(inode.identity.ino));
  row.bind(5, inode.identity.birth);
  row.bind(6, inode.handle.type);
  bind_blob(row, 7, inode.handle.bytes);
  row.bind(8, inode.place);
  row.bind(9, inode.package);
  row.bind(10, inode.old_version);
  bind_digest(row, 11, inode.old_digest);
  row.bind(12, static_cast<int>(inode.kind));
  row.bind(13, inode.boot_id);
  row.bind(14, static_cast<int>(inode.language));
  row.exec();
}

void State::record(const std::vector<std::pair<std::string, RecordedStat>>& present,
                   const std::vector<std::string>& gone) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    for (const auto& [path, stat] : present) {
      const std::int64_t directory = directory_id(database_, std::string(parent_path(path)));
      SQLite::Statement& row = database_.prepare("INSERT OR REPLACE INTO identity VALUES (?, ?, ?, ?, ?, ?, ?)");
      row.bind(1, directory);
      row.bind(2, std::string(base_name(path)));
      row.bind(3, as_signed(stat.ino));
      row.bind(4, as_signed(stat.size));
      row.bind(5, stat.mtime);
      row.bind(6, stat.ctime);
      row.bind(7, stat.birth);
      row.exec();
    }
    for (const std::string& path : gone) {
      SQLite::Statement& row = database_.prepare(
          "DELETE FROM identity WHERE directory = (SELECT id FROM directory WHERE path = ?) AND name = ?");
      row.bind(1, std::string(parent_path(path)));
      row.bind(2, std::string(base_name(path)));
      row.exec();
    }
    transaction.commit();
  });
}

void State::close_done(const Journal& journal, std::int64_t finished, Keep keep) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    SQLite::Statement& row = database_.prepare(
        "UPDATE history SET state = 'done', finished = ?, kept = ?, renamed = max(renamed, ?) WHERE number = ?");
    row.bind(1, finished);
    row.bind(2, keep == Keep::old_inodes ? 1 : 0);
    row.bind(3, journal.renamed);
    row.bind(4, as_signed(journal.number));
    row.exec();
    for (std::size_t place = 0; place < journal.places.size(); ++place) {
      SQLite::Statement& bytes =
          database_.prepare("UPDATE journal_place SET kept_bytes = ? WHERE number = ? AND place = ?");
      bytes.bind(1, as_signed(journal.places[place].kept_bytes));
      bytes.bind(2, as_signed(journal.number));
      bytes.bind(3, static_cast<std::int64_t>(place));
      bytes.exec();
    }
    transaction.commit();
  });
}

void State::close_undone(std::uint64_t number, std::int64_t finished) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    forget_steps(number);
    SQLite::Statement& retired = database_.prepare("DELETE FROM retired WHERE number = ?");
    retired.bind(1, as_signed(number));
    retired.exec();
    SQLite::Statement& row = database_.prepare("UPDATE history SET state = 'undone', finished = ? WHERE number = ?");
    row.bind(1, finished);
    row.bind(2, as_signed(number));
    row.exec();
    transaction.commit();
  });
}

void State::enter_boot(const std::string& boot_id) {
  if (meta("boot") == boot_id) return;
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    SQLite::Statement& row = database_.prepare("DELETE FROM retired WHERE boot_id <> ?");
    row.bind(1, boot_id);
    row.exec();
    set_meta("boot", boot_id);
    set_meta("before_boot", std::to_string(database_.number("SELECT coalesce(max(number), 0) FROM history")));
    transaction.commit();
  });
}

void State::forget_retired(const std::vector<RetiredInode>& inodes) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    for (const RetiredInode& inode : inodes) {
      SQLite::Statement& row =
          database_.prepare(inode.language == Language::none
                                ? "DELETE FROM retired WHERE number = ? AND path = ? AND ino = ?"
                                : "UPDATE retired SET settled = 1 WHERE number = ? AND path = ? AND ino = ?");
      row.bind(1, as_signed(inode.transaction));
      row.bind(2, inode.path);
      row.bind(3, as_signed(inode.identity.ino));
      row.exec();
    }
    transaction.commit();
  });
}

}  // namespace minipkg::store
