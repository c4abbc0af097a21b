// SPDX-License-Identifier: MIT
// Databases that somebody else made: refused, with a reason, or survived.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "lib/store/packages.hpp"
#include "lib/store/schema.hpp"
#include "lib/store/state.hpp"
#include "minipkg/error.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::store {
namespace {

using test::TempDir;
using testing::HasSubstr;

OpenDatabase at(const TempDir& dir, const std::string& name, Mode mode = Mode::read) {
  return {dir / name, mode, Durability::none, std::chrono::milliseconds(0)};
}

void fill_packages(const TempDir& dir, int files = 3) {
  Manifest manifest;
  manifest.name = "one";
  manifest.version = "1";
  manifest.arch = "any";
  for (int n = 0; n < files; ++n) manifest.files.emplace_back().path = "/usr/" + std::to_string(n);
  Packages packages(at(dir, "p.db", Mode::write));
  Packages::Writing writing(packages);
  writing.put(manifest, Digest{1});
  writing.commit("id");
}

void fill_state(const TempDir& dir) {
  State state(at(dir, "s.db", Mode::write));
  Journal journal;
  journal.id = "0123456789abcdef";
  journal.places = {{"/", 17}};
  journal.steps.resize(2);
  for (JournalStep& step : journal.steps) step.path = "/usr/x";
  PackageChange change;
  change.name = "one";
  RetiredInode inode;
  inode.path = "/usr/x";
  inode.place = "/";
  PackageBefore before{"one", Digest{1}, Digest{2}, "{}", 12, {}, {"/new"}};
  journal.number = state.begin({journal.id, 1000, 0, {"minipkg"}, {change}}, journal.places);
  state.write_journal(journal, {inode}, {before});
}

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// As one who made the database would have.
void change(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(sql);
}

std::string refusal(const std::function<void()>& question, ErrorKind kind = ErrorKind::cannot_answer) {
  try {
    question();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "nothing was refused";
}

struct Case {
  const char* sql;
  const char* why;
};

TEST(HostileDatabase, ASchemaThatIsNotOursIsRefusedByName) {
  for (const Case& one : {
           Case{"CREATE TRIGGER evil AFTER INSERT ON package BEGIN DELETE FROM file; END", "the trigger 'evil', which"},
           Case{"CREATE VIEW evil AS SELECT 1", "the view 'evil', which"},
           Case{"CREATE INDEX evil ON file (name)", "the index 'evil', which"},
           Case{"CREATE TABLE evil (x)", "the table 'evil', which"},
           Case{"CREATE TABLE \"a\nb\" (x)", "the table 'a\\nb', which"},
           Case{"DROP TABLE meta; CREATE VIEW meta AS SELECT 'transaction' AS key, 'x' AS value", "'meta'"},
           Case{"ALTER TABLE package ADD COLUMN evil TEXT", "its table 'package' is not as"},
           Case{"DROP VIEW installed", "it lacks the view 'installed'"},
           Case{"PRAGMA user_version = -1", "version -1"},
           Case{"PRAGMA user_version = 0", "the index 'file_by_package', which"},
           Case{"PRAGMA application_id = 1", "it is not a database of minipkg"},
           Case{"PRAGMA journal_mode = WAL", "write-ahead log"},
       }) {
    const TempDir dir;
    fill_packages(dir);
    change(dir / "p.db", one.sql);
    for (const Mode mode : {Mode::read, Mode::write}) {
      EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db", mode)); }), HasSubstr(one.why)) << one.sql;
    }
  }
}

/// It would be played into the database before a question is answered, and by a reader, too.
TEST(HostileDatabase, AWriteAheadLogIsRefusedUnread) {
  const TempDir dir;
  fill_packages(dir);
  std::filesystem::copy_file(dir / "p.db", dir / "other.db");
  {
    SQLite::Database other(dir / "other.db", SQLite::OPEN_READWRITE);
    other.exec("PRAGMA journal_mode = WAL");
    other.exec("UPDATE package SET version = 'evil'");
    std::filesystem::copy_file(dir / "other.db-wal", dir / "p.db-wal");
  }
  const std::string before = content(dir / "p.db"), log = content(dir / "p.db-wal");
  for (const Mode mode : {Mode::read, Mode::write}) {
    EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db", mode)); }), HasSubstr("write-ahead log"));
    EXPECT_EQ(content(dir / "p.db"), before);
    EXPECT_EQ(content(dir / "p.db-wal"), log);
    EXPECT_FALSE(std::filesystem::exists(dir / "p.db-shm"));
  }
}

TEST(HostileDatabase, AnOlderSchemaWithSomethingBesidesIsRefusedBeforeItIsMigrated) {
  for (std::size_t version = 1; version <= state_migrations.size(); ++version) {
    const TempDir dir;
    for (std::size_t n = 0; n < version; ++n) change(dir / "s.db", std::string(state_migrations[n]));
    State(at(dir, "s.db", Mode::read));
    change(dir / "s.db", "CREATE TRIGGER evil AFTER INSERT ON history BEGIN SELECT 1; END");
    for (const Mode mode : {Mode::read, Mode::write}) {
      EXPECT_THAT(refusal([&] { State(at(dir, "s.db", mode)); }), HasSubstr("'evil'")) << version;
    }
  }
}

TEST(HostileDatabase, WhatWasMigratedIsAsIfMadeAnew) {
  const TempDir dir;
  change(dir / "s.db", std::string(state_migrations[0]));
  State(at(dir, "s.db", Mode::write));
  State(at(dir, "s.db", Mode::read));
}

TEST(HostileDatabase, RowsThatPackagesNeverHaveAreRefused) {
  for (const Case& one : {
           Case{"UPDATE file SET type = 77", "a kind that is none"},
           Case{"UPDATE file SET type = -1", "a kind that is none"},
           Case{"UPDATE file SET name = '..' WHERE name = '1'", "a path that is none"},
           Case{"UPDATE file SET name = 'a/../b' WHERE name = '1'", "a path that is none"},
           Case{"UPDATE directory SET path = 'usr'", "a path that is none"},
           Case{"UPDATE file SET xattrs = x'ffffffffffffffff'", "cut short"},
           Case{"UPDATE file SET xattrs = x'0100000000000000ff0000000000000000'", "an attribute that is none"},
           Case{"UPDATE owner SET user_name = CAST(x'ac' AS TEXT)", "an owner who is none"},
           Case{"UPDATE owner SET group_name = 'a:b'", "an owner who is none"},
           Case{"UPDATE file SET extra = '{'", "'extra'"},
           Case{"UPDATE file SET extra = '[]'", "'extra'"},
           Case{"UPDATE file SET extra = replace(hex(zeroblob(500)), '00', '{\"a\":')", "'extra'"},
           Case{"UPDATE file SET type = 7", "a kind that is none"},
           Case{"UPDATE package SET manifest = '[]'", "cannot read"},
       }) {
    const TempDir dir;
    fill_packages(dir);
    change(dir / "p.db", one.sql);
    const auto ask = [&] { canonical_json(*Packages(at(dir, "p.db")).manifest("one")); };
    EXPECT_THAT(refusal(ask), HasSubstr(one.why)) << one.sql;
  }
}

TEST(HostileDatabase, ValuesOfOtherTypesAreRefused) {
  const std::string schema = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ";
  for (const Case& one : {
           Case{"UPDATE package SET manifest = x'00ff'", "cannot read"},
           Case{"UPDATE package SET manifest = 7, installed_size = 'much'", "cannot read"},
           Case{"UPDATE file SET xattrs = 1.5", "cut short"},
           Case{"UPDATE file SET type = 'file'", "nothing was refused"},  // read as 0
           Case{"UPDATE file SET name = x'2f'", "a path that is none"},
       }) {
    const TempDir dir;
    fill_packages(dir, 1);
    change(dir / "p.db", schema + "replace(replace(sql, 'STRICT, ', ''), 'STRICT', '') WHERE type = 'table'");
    change(dir / "p.db", one.sql);
    change(dir / "p.db", schema + "replace(sql, ') WITHOUT', ') STRICT, WITHOUT') WHERE type = 'table'");
    change(dir / "p.db", schema + "sql || 'STRICT' WHERE type = 'table' AND sql NOT LIKE '%ROWID'");
    EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")).manifest("one"); }), HasSubstr(one.why)) << one.sql;
  }
}

TEST(HostileDatabase, RowsThatAStateNeverHasAreRefused) {
  for (const Case& one : {
           Case{"UPDATE history SET id = '../../etc'", "a name that is none"},
           Case{"UPDATE journal_step SET place = 1", "a place that is none"},
           Case{"UPDATE journal_step SET place = -1", "a place that is none"},
           Case{"UPDATE journal_step SET kind = 0", "a kind that is none"},
           Case{"UPDATE journal_step SET kind = 9", "a kind that is none"},
           Case{"UPDATE journal_step SET appear = 2", "a kind that is none"},
           Case{"UPDATE journal_step SET save_as = '/../x'", "a path that is none"},
           Case{"UPDATE journal_step SET before = x'00'", "cut short"},
           Case{"UPDATE journal_place SET top = ''", "a path that is none"},
       }) {
    const TempDir dir;
    fill_state(dir);
    change(dir / "s.db", one.sql);
    EXPECT_THAT(refusal([&] { State(at(dir, "s.db")).open_journal(); }), HasSubstr(one.why)) << one.sql;
  }
}

TEST(HostileDatabase, RowsThatHistoryNeverHasAreRefused) {
  const auto ask = [](const TempDir& dir) {
    State state(at(dir, "s.db"));
    state.history();
    state.retired();
    state.packages_before(1);
  };
  for (const char* sql : {"UPDATE history_package SET action = 5", "UPDATE retired SET kind = 2",
                          "UPDATE retired SET language = 7", "UPDATE retired SET place = 'x'",
                          "UPDATE undo_file SET entry = x'0900000000000000'", "UPDATE undo_file SET path = '//'"}) {
    const TempDir dir;
    fill_state(dir);
    change(dir / "s.db", "UPDATE history SET state = 'done'");
    ask(dir);
    change(dir / "s.db", sql);
    EXPECT_THAT(refusal([&] { ask(dir); }), HasSubstr("it is damaged")) << sql;
  }
}

TEST(HostileDatabase, TheConnectionTakesNothingFromASchema) {
  const TempDir dir;
  Database database(at(dir, "x.db", Mode::write), state_application_id, state_migrations);
  database.exec("PRAGMA writable_schema = ON");
  EXPECT_THAT(refusal([&] { database.exec("UPDATE sqlite_schema SET sql = ''"); }), HasSubstr("may not be modified"));
  for (const char* off : {"PRAGMA trusted_schema", "PRAGMA mmap_size"}) EXPECT_EQ(database.number(off), 0) << off;
  EXPECT_EQ(database.number("PRAGMA cell_size_check"), 1);
  EXPECT_THAT(refusal([&] { database.exec("ATTACH ':memory:' AS other"); }), HasSubstr("too many attached"));
  database.exec("CREATE VIEW v AS SELECT 1");
  EXPECT_THAT(refusal([&] { database.number("SELECT * FROM v"); }), HasSubstr("access to view"));
}

TEST(HostileDatabase, AFileThatOthersMayWriteToIsRefused) {
  const TempDir dir;
  fill_packages(dir);
  for (const mode_t mode : {0664U, 0646U}) {
    ASSERT_EQ(::chmod((dir / "p.db").c_str(), mode), 0);
    EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")); }, ErrorKind::permission), HasSubstr("others may write"));
  }
}

TEST(HostileDatabase, AFileOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const TempDir dir;
  fill_packages(dir);
  ASSERT_EQ(::chown((dir / "p.db").c_str(), 12345, 0), 0);
  EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")); }, ErrorKind::permission), HasSubstr("another user"));
}

TEST(HostileDatabase, WhatIsNoRegularFileIsNotOpened) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "p.db").c_str(), 0644), 0);
  EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")); }), HasSubstr("no regular file"));
  dir.link("p.db", "s.db");
  EXPECT_THAT(refusal([&] { State(at(dir, "s.db")); }), HasSubstr("no regular file"));
  dir.link("nowhere", "q.db");
  EXPECT_THAT(refusal([&] { Packages(at(dir, "q.db")).all(); }), HasSubstr("no regular file"));
}

TEST(HostileDatabase, AJournalThatNamesAnotherFileDoesNotRemoveIt) {
  const TempDir dir;
  fill_packages(dir);
  dir.write("victim", "precious");
  // What SQLite writes at the end of a journal that has a super-journal: page, name, length, checksum, magic.
  const std::string name = dir / "victim";
  const auto number = [](std::size_t n) {
    return std::string(
        {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)});
  };
  std::size_t sum = 0;
  for (const char c : name) sum += static_cast<unsigned char>(c);
  const std::string magic = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  std::string header = magic + number(0) + number(0) + number(1) + number(512) + number(4096);
  header.resize(512, '\0');
  const std::string journal = header + number(0x40000000 / 4096 + 1) + name + number(name.size()) + number(sum) + magic;
  dir.write("p.db-journal", journal);
  for (const Mode mode : {Mode::read, Mode::write}) {
    EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db", mode)).all(); }), HasSubstr("names another file"));
  }
  EXPECT_TRUE(std::filesystem::exists(dir / "victim"));
}

std::string big_endian(std::size_t number, int bytes) {
  std::string text;
  for (int n = bytes - 1; n >= 0; --n) text += static_cast<char>(number >> (8 * n));
  return text;
}

/// A page of a table's tree, all of whose children are one page; sqlite.org/fileformat2.html#b_tree_pages.
std::string fan_page(std::size_t child, std::size_t page_size) {
  constexpr std::size_t cells = 200, cell = 5;
  std::string page = "\x05" + big_endian(0, 2) + big_endian(cells, 2) + big_endian(page_size - cell, 2) +
                     std::string(1, '\0') + big_endian(child, 4);
  for (std::size_t n = 0; n < cells; ++n) page += big_endian(page_size - cell, 2);
  page.resize(page_size - cell, '\0');
  return page + big_endian(child, 4) + "\x01";
}

/// The history of s.db, a leaf, comes to stand behind others, each of which leads 201 times to the next.
void fan_out_history(const TempDir& dir, std::size_t levels) {
  std::size_t root = 0;
  {
    SQLite::Database database(dir / "s.db", SQLite::OPEN_READONLY);
    root = static_cast<std::size_t>(
        database.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'history'").getInt64());
  }
  std::string bytes = content(dir / "s.db");
  const std::size_t page_size = 4096;
  const std::size_t pages = bytes.size() / page_size;
  const std::string leaf = bytes.substr((root - 1) * page_size, page_size);
  bytes.replace((root - 1) * page_size, page_size, fan_page(pages + 1, page_size));
  for (std::size_t level = 1; level < levels; ++level) bytes += fan_page(pages + level + 1, page_size);
  bytes += leaf;
  bytes.replace(28, 4, big_endian(pages + levels, 4));
  std::ofstream(dir / "s.db", std::ios::binary) << bytes;
}

TEST(HostileDatabase, PagesThatStandForMoreThanCouldEverBeReadAreGivenUp) {
  const TempDir dir;
  fill_state(dir);
  fan_out_history(dir, 15);
  EXPECT_THAT(refusal([&] { State(at(dir, "s.db")).kept(); }), HasSubstr("reading it would never end"));
  std::filesystem::resize_file(dir / "s.db", std::uintmax_t{1} << 40U);  // no row stands in a hole
  EXPECT_THAT(refusal([&] { State(at(dir, "s.db")).kept(); }), HasSubstr("reading it would never end"));
}

/// Otherwise each of them would be asked for its packages and files, as long as one question may take.
TEST(HostileDatabase, WhatStandsThereTwiceIsRefused) {
  const TempDir dir;
  fill_state(dir);
  fan_out_history(dir, 1);
  EXPECT_THAT(refusal([&] { State(at(dir, "s.db")).history(); }), HasSubstr("a transaction twice"));
  fill_packages(dir);
  change(dir / "p.db",
         "INSERT INTO package SELECT 2, 'two', version, version_scheme, arch, digest, 0, '' FROM package");
  std::string bytes = content(dir / "p.db");
  for (std::size_t two = 0; (two = bytes.find("two")) != std::string::npos;) bytes.replace(two, 3, "one");
  std::ofstream(dir / "p.db", std::ios::binary) << bytes;
  EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")).all(); }), HasSubstr("a package twice"));
}

TEST(HostileDatabase, ManySelectionsForOneQuestionHaveOneLimit) {
  const TempDir dir;
  Database database(at(dir, "x.db", Mode::write), state_application_id, state_migrations);
  const auto read = [&](int times) {
    for (int n = 0; n < times; ++n) {
      database
          .prepare(
              "SELECT (WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 200000) "
              "SELECT max(x) FROM c)")
          .executeStep();
    }
  };
  EXPECT_THAT(refusal([&] { database.guard([&] { read(20); }); }), HasSubstr("reading it would never end"));
  for (int n = 0; n < 20; ++n) database.guard([&] { read(1); });
}

TEST(HostileDatabase, WhatATransactionHasMadeMayTakeAsLongToRead) {
  const TempDir dir;
  Database database(at(dir, "x.db", Mode::write), state_application_id, state_migrations);
  database.exec(std::string(state_migrations[0]).c_str());
  database.exec(
      "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 300000) "
      "INSERT INTO directory (path) SELECT '/usr/' || x FROM c");
  EXPECT_EQ(
      database.number("SELECT count(*) FROM directory AS a JOIN directory AS b ON a.id = b.id JOIN directory AS c "
                      "ON b.id = c.id WHERE a.path >= '' AND b.path >= '' AND c.path >= '' AND a.id + b.id > c.id"),
      300000);
}

TEST(HostileDatabase, ATransactionThatIsNoneIsRefused) {
  const TempDir dir;
  fill_state(dir);
  EXPECT_THAT(refusal([&] { State(at(dir, "s.db")).journal(2); }), HasSubstr("a transaction that is none"));
}

TEST(HostileDatabase, EveryByteMayBeWrong) {
  const TempDir dir;
  fill_packages(dir, 200);
  const std::string good = content(dir / "p.db");
  for (std::size_t at_byte = 0; at_byte < good.size(); at_byte += at_byte < 100 ? 1 : 97) {
    std::string bad = good;
    bad[at_byte] = static_cast<char>(~bad[at_byte]);
    std::ofstream(dir / "x.db", std::ios::binary) << bad;
    try {
      Packages packages(at(dir, "x.db"));
      packages.all();
      packages.manifest("one");
      packages.owners("/usr/1");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cannot_answer) << at_byte << ": " << error.what();
    }
  }
}

TEST(HostileDatabase, HugeValuesAreRefused) {
  const TempDir dir;
  fill_packages(dir);
  change(dir / "p.db", "UPDATE package SET manifest = replace(hex(zeroblob(40000000)), '0', ' ')");
  EXPECT_THAT(refusal([&] { Packages(at(dir, "p.db")).manifest("one"); }), HasSubstr("too big"));
}

}  // namespace
}  // namespace minipkg::store
