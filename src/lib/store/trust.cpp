// SPDX-License-Identifier: MIT
#include "lib/store/trust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <map>
#include <utility>

#include "lib/base/fail.hpp"
#include "lib/base/fd.hpp"
#include "lib/base/owner.hpp"
#include "lib/store/database.hpp"
#include "minipkg/text.hpp"

namespace minipkg::store {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  fail(ErrorKind::cannot_answer, "open", path, why);
}

void check_owner(const std::string& path, const struct stat& stat) {
  if (!S_ISREG(stat.st_mode)) refuse(path, "it is no regular file");
  if (is_ours_alone(stat)) return;
  fail(ErrorKind::permission, "use", path, "it belongs to another user, or others may write to it",
       "make it root's, with mode 0644, if you trust what is in it");
}

/// sqlite.org/fileformat2.html#the_rollback_journal and its pager.c: the name of a super-journal stands at the
/// journal's end, before its length, its checksum and eight bytes that tell that it is there.
void check_journal(const std::string& path, const std::string& name) {
  constexpr std::array<char, 8> named{'\xd9', '\xd5', '\x05', '\xf9', '\x20', '\xa1', '\x63', '\xd7'};
  const Fd journal(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat stat {};
  if (!journal && errno == ENOENT) return;
  if (::lstat(path.c_str(), &stat) != 0) return;  // gone meanwhile
  check_owner(name, stat);
  std::array<char, 8> end{};
  const off_t at = stat.st_size - static_cast<off_t>(end.size());
  if (!journal || at < 0 || ::pread(journal.get(), end.data(), end.size(), at) != static_cast<ssize_t>(end.size()))
    return;
  if (end == named) refuse(name, "it names another file, which no journal of minipkg does");
}

/// Type and name -> the table it belongs to, and its text.
using Objects = std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>>;

Objects objects_of(SQLite::Database& database) {
  Objects objects;
  SQLite::Statement rows(database, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema");
  while (rows.executeStep()) {
    auto& definition = objects[{text(rows.getColumn(0)), text(rows.getColumn(1))}];
    definition.first += text(rows.getColumn(2));  // what is there twice is not as it should be
    definition.second += text(rows.getColumn(3));
  }
  return objects;
}

/// What migrations make of an empty database. To make it takes longer than all else that opening does.
const Objects& objects_made_by(std::span<const std::string_view> migrations) {
  thread_local std::map<std::string, Objects> known;
  std::string all;
  for (const std::string_view migration : migrations) all += migration;
  if (const auto found = known.find(all); found != known.end()) return found->second;
  SQLite::Database model(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const std::string_view migration : migrations) model.exec(std::string(migration));
  return known.emplace(std::move(all), objects_of(model)).first->second;
}

}  // namespace

void check_file(const std::string& path, const std::string& name) {
  struct stat stat {};
  // Not opened: closing any descriptor of the file would drop the locks of another connection, fcntl(2).
  if (::lstat(path.c_str(), &stat) == 0) check_owner(name, stat);
  check_journal(path + "-journal", name + "-journal");
}

void restrict_connection(SQLite::Database& database) {
  sqlite3* const raw = database.getHandle();
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Views of temp, which are our own, and no others.
  for (const int off : {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                        SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER}) {
    sqlite3_db_config(raw, off, 0, nullptr);
  }
  constexpr std::array<std::pair<int, int>, 9> limits{{{SQLITE_LIMIT_LENGTH, 64 << 20},
                                                       {SQLITE_LIMIT_SQL_LENGTH, 100'000},
                                                       {SQLITE_LIMIT_COLUMN, 100},
                                                       {SQLITE_LIMIT_EXPR_DEPTH, 50},
                                                       {SQLITE_LIMIT_COMPOUND_SELECT, 3},
                                                       {SQLITE_LIMIT_VDBE_OP, 25'000},
                                                       {SQLITE_LIMIT_FUNCTION_ARG, 16},
                                                       {SQLITE_LIMIT_ATTACHED, 0},
                                                       {SQLITE_LIMIT_TRIGGER_DEPTH, 1}}};
  for (const auto& [limit, most] : limits) sqlite3_limit(raw, limit, most);
  database.exec("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
}

void check_schema(SQLite::Database& database, const std::string& path, std::span<const std::string_view> migrations) {
  const Objects& ours = objects_made_by(migrations);
  const Objects theirs = objects_of(database);
  for (const auto& [object, definition] : theirs) {
    const std::string named = fmt::format("{} '{}'", printable(object.first), printable(object.second));
    const auto known = ours.find(object);
    if (known == ours.end()) refuse(path, fmt::format("it has the {}, which is not minipkg's", named));
    if (known->second != definition) refuse(path, fmt::format("its {} is not as minipkg makes it", named));
  }
  for (const auto& [object, definition] : ours) {
    if (!theirs.contains(object)) refuse(path, fmt::format("it lacks the {} '{}'", object.first, object.second));
  }
}

}  // namespace minipkg::store
