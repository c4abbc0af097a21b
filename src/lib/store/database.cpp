// SPDX-License-Identifier: MIT
#include "lib/store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "lib/base/fail.hpp"
#include "lib/base/fd.hpp"
#include "minipkg/text.hpp"

namespace minipkg::store {
namespace {

ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::locked;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorKind::permission;
    default:
      return ErrorKind::cannot_answer;
  }
}

}  // namespace

Database::Database(const OpenDatabase& options, int application_id, int known_version) : path_(options.path) {
  guard([&] {
    const int flags = options.mode == Mode::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
    database_ =
        std::make_unique<SQLite::Database>(path_, flags | SQLITE_OPEN_NOFOLLOW, static_cast<int>(options.busy.count()));
    sqlite3* const raw = database_->getHandle();
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    database_->exec("PRAGMA foreign_keys = ON");
    database_->exec(options.durability == Durability::full ? "PRAGMA synchronous = EXTRA" : "PRAGMA synchronous = OFF");
    const std::int64_t owner = number("PRAGMA application_id");
    if (version() != 0 && owner != application_id) {
      fail(ErrorKind::cannot_answer, "open", path_, "it is not a database of minipkg");
    }
    if (version() > known_version) {
      fail(ErrorKind::cannot_answer, "open", path_,
           fmt::format("its schema has version {}, this minipkg knows versions up to {}", version(), known_version),
           "use the minipkg that wrote it, or a newer one");
    }
  });
}

SQLite::Statement& Database::prepare(const char* sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr) {
    statement = std::make_unique<SQLite::Statement>(*database_, sql);
  } else {
    statement->reset();
    statement->clearBindings();
  }
  return *statement;
}

void Database::exec(const char* sql) {
  guard([&] { database_->exec(sql); });
}

std::int64_t Database::number(const char* sql) {
  return guard([&] {
    SQLite::Statement statement(*database_, sql);
    return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
  });
}

void Database::close() {
  statements_.clear();
  database_.reset();
}

void Database::throw_error(const SQLite::Exception& failure) const {
  const int code = failure.getExtendedErrorCode() != -1 ? failure.getExtendedErrorCode() : failure.getErrorCode();
  const bool unfinished = code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY;
  throw Error(kind_of(code), cannot("use", path_, failure.what()),
              unfinished ? "a transaction was interrupted: run 'minipkg recover' as root" : "");
}

void Database::fail_locked() const {
  // SQLite's lock bytes, https://www.sqlite.org/fileformat2.html#the_lock_byte_page
  constexpr off_t lock_bytes = 0x40000000, lock_length = 512;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_start = lock_bytes;
  lock.l_len = lock_length;
  const Fd fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  std::string holder = "another process reads or writes it";
  if (fd && ::fcntl(fd.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0) {
    std::string command;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", lock.l_pid)), command);
    holder = fmt::format("pid {} ({}) holds a lock on it", lock.l_pid, printable(command));
  }
  fail(ErrorKind::locked, "write to", path_, holder, "end that process, or wait for it with --lock-wait SECONDS");
}

SqlTransaction::SqlTransaction(Database& database, Kind kind) : database_(database) {
  constexpr std::array<const char*, 3> begin{"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"};
  database_.exec(begin.at(static_cast<std::size_t>(kind)));
}

SqlTransaction::~SqlTransaction() {
  if (!open_) return;
  try {
    database_.exec("ROLLBACK");
  } catch (const Error&) {
    // Closing the database rolls back as well.
  }
}

void SqlTransaction::commit() {
  database_.exec("COMMIT");
  open_ = false;
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

void bind_digest(SQLite::Statement& statement, int index, const Digest& digest) {
  statement.bind(index, digest.data(), static_cast<int>(digest.size()));
}

std::string text(const SQLite::Column& column) {
  return {column.getText(), static_cast<std::size_t>(column.getBytes())};
}

std::string blob(const SQLite::Column& column) {
  const auto* const bytes = static_cast<const char*>(column.getBlob());
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(column.getBytes()));
}

Digest digest(const SQLite::Column& column) {
  Digest digest{};
  const std::string bytes = blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace minipkg::store
