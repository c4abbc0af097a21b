// SPDX-License-Identifier: MIT
#include "lib/model/path.hpp"
#include "lib/store/codec.hpp"
#include "lib/store/row.hpp"
#include "lib/store/state.hpp"

namespace minipkg::store {
namespace {

JournalStep read_step(SQLite::Statement& row) {
  JournalStep step;
  step.kind = enumerator(row.getColumn(0).getInt64(), StepKind::remove_directory, StepKind::create_directory);
  step.appear = enumerator(row.getColumn(1).getInt64(), Appear::with_parent);
  step.place = row.getColumn(2).getUInt();
  step.path = checked_path(child_path(text(row.getColumn(3)), text(row.getColumn(4))));
  step.staged_ino = as_unsigned(row.getColumn(5));
  step.before_ino = as_unsigned(row.getColumn(6));
  if (!row.getColumn(7).isNull()) step.save_as = checked_path(text(row.getColumn(7)));
  if (!row.getColumn(8).isNull()) step.before = decode_attributes(blob(row.getColumn(8)));
  step.before_mtime = row.getColumn(9).getInt64();
  if (!row.getColumn(10).isNull()) step.old_digest = digest(row.getColumn(10));
  step.edited = row.getColumn(11).getInt() != 0;
  return step;
}

const char* action_of(StepKind kind) {
  switch (kind) {
    case StepKind::create_directory:
    case StepKind::create_file:
      return "create";
    case StepKind::replace_file:
      return "replace";
    case StepKind::change_type:
      return "change-type";
    case StepKind::set_attributes:
      return "attributes";
    case StepKind::save_file:
      return "save";
    case StepKind::remove_file:
    case StepKind::remove_directory:
      return "remove";
  }
  return "";
}

constexpr const char* select_history =
    "SELECT number, id, state, started, finished, uid, command, kept, "
    "(SELECT total(kept_bytes) FROM journal_place WHERE journal_place.number = history.number) FROM history ";

HistoryEntry read_entry(SQLite::Statement& row) {
  HistoryEntry entry;
  entry.transaction = as_unsigned(row.getColumn(0));
  entry.id = text(row.getColumn(1));
  const std::string state = text(row.getColumn(2));
  entry.outcome = state == "done" || state == "undone" ? state : "open";
  entry.started = row.getColumn(3).getInt64();
  entry.finished = row.getColumn(4).getInt64();
  entry.uid = row.getColumn(5).getUInt();
  entry.command = decode_words(blob(row.getColumn(6)));
  entry.kept = row.getColumn(7).getInt() == 1;
  entry.kept_bytes = entry.kept ? as_unsigned(row.getColumn(8)) : 0;
  return entry;
}

}  // namespace

std::optional<Journal> State::open_journal() {
  if (database_.version() == 0) return std::nullopt;
  return database_.guard([&]() -> std::optional<Journal> {
    Journal journal;
    SQLite::Statement& head =
        database_.prepare("SELECT number, id, state, restores FROM history WHERE state IN ('staging', 'committing')");
    if (!head.executeStep()) {
      head.reset();
      return std::nullopt;
    }
    journal.number = as_unsigned(head.getColumn(0));
    journal.id = checked_name(text(head.getColumn(1)));
    journal.state = text(head.getColumn(2)) == "staging" ? JournalState::staging : JournalState::committing;
    journal.restores = as_unsigned(head.getColumn(3));
    head.reset();
    journal.places = places(journal.number);
    load_steps(journal);
    return journal;
  });
}

std::vector<JournalPlace> State::places(std::uint64_t number) {
  std::vector<JournalPlace> places;
  SQLite::Statement& rows =
      database_.prepare("SELECT top, mtime, kept_bytes FROM journal_place WHERE number = ? ORDER BY place");
  rows.bind(1, as_signed(number));
  while (rows.executeStep()) {
    places.push_back(
        {checked_path(text(rows.getColumn(0))), rows.getColumn(1).getInt64(), as_unsigned(rows.getColumn(2))});
  }
  rows.reset();
  return places;
}

void State::load_steps(Journal& journal) {
  SQLite::Statement& steps = database_.prepare(
      "SELECT kind, appear, place, directory.path, name, staged_ino, before_ino, save_as, before, before_mtime, "
      "old_digest, edited FROM journal_step JOIN directory ON directory.id = journal_step.directory "
      "WHERE number = ? ORDER BY step");
  steps.bind(1, as_signed(journal.number));
  while (steps.executeStep()) journal.steps.push_back(read_step(steps));
  steps.reset();
  for (const JournalStep& step : journal.steps) {
    if (step.place >= journal.places.size()) refuse_value("a step in a place that is none");
  }
  SQLite::Statement& touched = database_.prepare(
      "SELECT path, mtime FROM journal_directory JOIN directory ON directory.id = journal_directory.directory "
      "WHERE number = ? ORDER BY path");
  touched.bind(1, as_signed(journal.number));
  while (touched.executeStep())
    journal.touched.push_back({checked_path(text(touched.getColumn(0))), touched.getColumn(1).getInt64()});
  touched.reset();
}

std::optional<RecordedStat> State::recorded(const std::string& path) {
  return database_.guard([&]() -> std::optional<RecordedStat> {
    std::optional<RecordedStat> found;
    SQLite::Statement& row = database_.prepare(
        "SELECT ino, size, mtime, ctime, birth FROM directory JOIN identity ON identity.directory = directory.id "
        "WHERE path = ? AND name = ?");
    row.bind(1, std::string(parent_path(path)));
    row.bind(2, std::string(base_name(path)));
    if (row.executeStep()) {
      found = RecordedStat{as_unsigned(row.getColumn(0)), as_unsigned(row.getColumn(1)), row.getColumn(2).getInt64(),
                           row.getColumn(3).getInt64(), row.getColumn(4).getInt64()};
    }
    row.reset();
    return found;
  });
}

std::vector<RetiredInode> State::retired() {
  std::vector<RetiredInode> inodes;
  if (database_.version() == 0) return inodes;
  return database_.guard([&] {
    SQLite::Statement& row = database_.prepare(
        "SELECT retired.number, path, dev, ino, birth, handle_type, handle, place, package, version, digest, kind, "
        "boot_id, language, renamed, returned, settled FROM retired JOIN history USING (number) WHERE history.state = "
        "'done' "
        "ORDER BY number, path");
    while (row.executeStep()) {
      RetiredInode inode;
      inode.transaction = as_unsigned(row.getColumn(0));
      inode.path = checked_path(text(row.getColumn(1)));
      inode.identity = {as_unsigned(row.getColumn(2)), as_unsigned(row.getColumn(3)), row.getColumn(4).getInt64()};
      inode.handle = {row.getColumn(5).getInt(), blob(row.getColumn(6))};
      inode.place = checked_path(text(row.getColumn(7)));
      inode.package = text(row.getColumn(8));
      inode.old_version = text(row.getColumn(9));
      inode.old_digest = digest(row.getColumn(10));
      inode.kind = enumerator(row.getColumn(11).getInt64(), RetiredKind::removed);
      inode.boot_id = text(row.getColumn(12));
      inode.language = enumerator(row.getColumn(13).getInt64(), Language::javascript);
      inode.renamed = row.getColumn(14).getInt64();
      inode.returned = row.getColumn(15).getInt() != 0;
      inode.settled = row.getColumn(16).getInt() != 0;
      inodes.push_back(std::move(inode));
    }
    row.reset();
    return inodes;
  });
}

std::map<std::string, std::string> State::versions_before_boot(const std::string& boot_id) {
  std::map<std::string, std::string> versions;
  if (database_.version() == 0 || meta("boot") != boot_id) return versions;
  return database_.guard([&] {
    SQLite::Statement& row = database_.prepare(
        "SELECT name, from_version FROM history_package JOIN history USING (number) "
        "WHERE state = 'done' AND number > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'before_boot') "
        "ORDER BY number");
    while (row.executeStep()) versions.try_emplace(text(row.getColumn(0)), text(row.getColumn(1)));
    row.reset();
    return versions;
  });
}

std::vector<PackageChange> State::changes(std::uint64_t number) {
  std::vector<PackageChange> changes;
  SQLite::Statement& row = database_.prepare(
      "SELECT name, action, from_version, to_version, arch, size_change FROM history_package WHERE number = ? ORDER BY "
      "name");
  row.bind(1, as_signed(number));
  while (row.executeStep()) {
    PackageChange change;
    change.name = text(row.getColumn(0));
    change.action = enumerator(row.getColumn(1).getInt64(), Action::remove);
    change.from_version = text(row.getColumn(2));
    change.to_version = text(row.getColumn(3));
    change.arch = text(row.getColumn(4));
    change.size_change = row.getColumn(5).getInt64();
    changes.push_back(std::move(change));
  }
  row.reset();
  return changes;
}

std::vector<HistoryFile> State::history_files(std::uint64_t number) {
  Journal journal;
  journal.number = number;
  journal.places = places(number);
  load_steps(journal);
  std::vector<HistoryFile> files;
  for (const JournalStep& step : journal.steps) {
    files.push_back({step.kind == StepKind::save_file ? step.save_as : step.path, action_of(step.kind), step.old_digest,
                     step.before_ino, step.staged_ino});
  }
  return files;
}

std::vector<HistoryEntry> State::history() {
  std::vector<HistoryEntry> entries;
  if (database_.version() == 0) return entries;
  return database_.guard([&] {
    static const std::string sql = std::string(select_history) + "ORDER BY number DESC";
    SQLite::Statement& row = database_.prepare(sql.c_str());
    while (row.executeStep()) {
      HistoryEntry next = read_entry(row);
      if (!entries.empty() && entries.back().transaction <= next.transaction) refuse_value("a transaction twice");
      entries.push_back(std::move(next));
    }
    row.reset();
    for (HistoryEntry& entry : entries) entry.changes = changes(entry.transaction);
    return entries;
  });
}

std::optional<HistoryEntry> State::history(std::uint64_t number) {
  if (database_.version() == 0) return std::nullopt;
  return database_.guard([&]() -> std::optional<HistoryEntry> {
    static const std::string sql = std::string(select_history) + "WHERE number = ?";
    SQLite::Statement& row = database_.prepare(sql.c_str());
    row.bind(1, as_signed(number));
    if (!row.executeStep()) {
      row.reset();
      return std::nullopt;
    }
    HistoryEntry entry = read_entry(row);
    row.reset();
    entry.changes = changes(number);
    entry.files = history_files(number);
    return entry;
  });
}

}  // namespace minipkg::store
