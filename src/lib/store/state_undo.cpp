// SPDX-License-Identifier: MIT
#include "lib/store/codec.hpp"
#include "lib/store/row.hpp"
#include "lib/store/state.hpp"

namespace minipkg::store {
namespace {

void bind_optional(SQLite::Statement& row, int index, const std::optional<Digest>& digest) {
  if (digest) bind_digest(row, index, *digest);
}

std::optional<Digest> optional_digest(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(digest(column));
}

}  // namespace

void State::add_before(std::uint64_t number, const PackageBefore& before) {
  SQLite::Statement& package = database_.prepare("INSERT INTO undo_package VALUES (?, ?, ?, ?, ?, ?)");
  package.bind(1, as_signed(number));
  package.bind(2, before.name);
  bind_optional(package, 3, before.before);
  bind_optional(package, 4, before.after);
  if (before.before) package.bind(5, before.head);
  package.bind(6, as_signed(before.installed_size));
  package.exec();
  const auto add_file = [&](const std::string& path, const FileEntry* entry) {
    SQLite::Statement& file = database_.prepare("INSERT INTO undo_file VALUES (?, ?, ?, ?)");
    file.bind(1, as_signed(number));
    file.bind(2, before.name);
    file.bind(3, path);
    if (entry != nullptr) bind_blob(file, 4, encode(*entry));
    file.exec();
  };
  for (const FileEntry& entry : before.were) add_file(entry.path, &entry);
  for (const std::string& path : before.were_not) add_file(path, nullptr);
}

std::vector<PackageBefore> State::packages_before(std::uint64_t number) {
  return database_.guard([&] {
    std::vector<PackageBefore> packages;
    SQLite::Statement& rows = database_.prepare(
        "SELECT name, before_digest, after_digest, manifest, installed_size FROM undo_package WHERE number = ? "
        "ORDER BY name");
    rows.bind(1, as_signed(number));
    while (rows.executeStep()) {
      PackageBefore& one = packages.emplace_back();
      one.name = text(rows.getColumn(0));
      one.before = optional_digest(rows.getColumn(1));
      one.after = optional_digest(rows.getColumn(2));
      one.head = text(rows.getColumn(3));
      one.installed_size = as_unsigned(rows.getColumn(4));
    }
    rows.reset();
    for (PackageBefore& one : packages) {
      SQLite::Statement& files =
          database_.prepare("SELECT path, entry FROM undo_file WHERE number = ? AND package = ? ORDER BY path");
      files.bind(1, as_signed(number));
      files.bind(2, one.name);
      while (files.executeStep()) {
        const std::string path = checked_path(text(files.getColumn(0)));
        if (files.getColumn(1).isNull()) {
          one.were_not.push_back(path);
        } else {
          one.were.push_back(decode_file_entry(path, blob(files.getColumn(1))));
        }
      }
      files.reset();
    }
    return packages;
  });
}

Journal State::journal(std::uint64_t number) {
  return database_.guard([&] {
    Journal journal;
    journal.number = number;
    SQLite::Statement& row = database_.prepare("SELECT id, restores FROM history WHERE number = ?");
    row.bind(1, as_signed(number));
    if (!row.executeStep()) refuse_value("a transaction that is none");
    journal.id = checked_name(text(row.getColumn(0)));
    journal.restores = as_unsigned(row.getColumn(1));
    row.reset();
    journal.places = places(number);
    load_steps(journal);
    return journal;
  });
}

std::vector<Journal> State::kept() {
  std::vector<Journal> kept;
  if (database_.version() == 0) return kept;
  return database_.guard([&] {
    SQLite::Statement& rows = database_.prepare("SELECT number, id FROM history WHERE kept = 1 ORDER BY number DESC");
    while (rows.executeStep()) {
      Journal& one = kept.emplace_back();
      one.number = as_unsigned(rows.getColumn(0));
      one.id = checked_name(text(rows.getColumn(1)));
    }
    rows.reset();
    for (Journal& one : kept) one.places = places(one.number);
    return kept;
  });
}

std::map<std::string, Digest> State::retired_contents(std::uint64_t number) {
  return database_.guard([&] {
    std::map<std::string, Digest> contents;
    // No version: nobody's file, which --overwrite gave up.
    SQLite::Statement& rows = database_.prepare("SELECT path, digest FROM retired WHERE number = ? AND version <> ''");
    rows.bind(1, as_signed(number));
    while (rows.executeStep()) contents.emplace(checked_path(text(rows.getColumn(0))), digest(rows.getColumn(1)));
    rows.reset();
    return contents;
  });
}

void State::forget_returned(const std::vector<Identity>& present) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    for (const Identity& one : present) {
      for (const char* sql : {"DELETE FROM retired WHERE ino = ? AND dev = ? AND birth = ? AND language = 0",
                              "UPDATE retired SET returned = 1 WHERE ino = ? AND dev = ? AND birth = ?"}) {
        SQLite::Statement& row = database_.prepare(sql);
        row.bind(1, as_signed(one.ino));
        row.bind(2, as_signed(one.dev));
        row.bind(3, one.birth);
        row.exec();
      }
    }
    transaction.commit();
  });
}

void State::begin_prune(std::uint64_t number) {
  database_.guard([&] {
    SQLite::Statement& row = database_.prepare("UPDATE history SET kept = 2 WHERE number = ? AND kept = 1");
    row.bind(1, as_signed(number));
    row.exec();
  });
}

void State::end_prune(std::uint64_t number) {
  database_.guard([&] {
    SqlTransaction transaction(database_, SqlTransaction::Kind::immediate);
    forget_steps(number);
    SQLite::Statement& row = database_.prepare("UPDATE history SET kept = 0 WHERE number = ?");
    row.bind(1, as_signed(number));
    row.exec();
    transaction.commit();
  });
}

std::vector<std::uint64_t> State::pruning() {
  return database_.guard([&] {
    std::vector<std::uint64_t> numbers;
    SQLite::Statement& rows = database_.prepare("SELECT number FROM history WHERE kept = 2");
    while (rows.executeStep()) numbers.push_back(as_unsigned(rows.getColumn(0)));
    rows.reset();
    return numbers;
  });
}

void State::forget_steps(std::uint64_t number) {
  for (const char* sql : {"DELETE FROM journal_step WHERE number = ?", "DELETE FROM journal_directory WHERE number = ?",
                          "DELETE FROM undo_file WHERE number = ?", "DELETE FROM undo_package WHERE number = ?"}) {
    SQLite::Statement& row = database_.prepare(sql);
    row.bind(1, as_signed(number));
    row.exec();
  }
}

}  // namespace minipkg::store
