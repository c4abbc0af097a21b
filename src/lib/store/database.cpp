// SPDX-License-Identifier: MIT
#include "lib/store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "lib/base/fail.hpp"
#include "lib/store/codec.hpp"
#include "lib/store/trust.hpp"
#include "lib/store/vfs.hpp"
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

/// A reader found the journal of a writer that seems to be dead, and may not play it back.
bool is_unfinished(int code) { return code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY; }

/// The descriptor by which SQLite has the file open. Opening another one to ask about locks would do harm: closing any
/// descriptor of a file drops all POSIX locks that the process has on it, fcntl(2).
int own_descriptor(const std::string& path) {
  struct stat file {
  }, open{};
  if (::stat(path.c_str(), &file) != 0) return -1;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    const int fd = std::atoi(entry.path().filename().c_str());
    if (::fstat(fd, &open) == 0 && open.st_dev == file.st_dev && open.st_ino == file.st_ino) return fd;
  }
  return -1;
}

constexpr int steps_between = 100'000;
constexpr std::uint64_t steps_at_least = 10'000'000, steps_for_a_byte = 64;

/// Holes hold no rows: a file of a terabyte may have three pages. But some file systems compress what is none.
std::uint64_t stored_size(const std::string& path) {
  constexpr std::uint64_t stat_block = 512, best_compression = 16;
  struct stat stat {};
  if (::stat(path.c_str(), &stat) != 0) return 0;
  return std::min(static_cast<std::uint64_t>(stat.st_size),
                  static_cast<std::uint64_t>(stat.st_blocks) * stat_block * best_compression);
}

/// Bytes that the question under way was answered with. A page may stand in the place of many values, too.
thread_local std::uint64_t answered = 0;
constexpr std::uint64_t most_answered = std::uint64_t{1} << 30U;

void count_answer(const SQLite::Column& column) {
  answered += static_cast<std::uint64_t>(column.getBytes());
  if (answered > most_answered) {
    throw Error(ErrorKind::cannot_answer, "cannot use a database: it is damaged, or its answer has more than 1 GiB");
  }
}

}  // namespace

Database::Database(const OpenDatabase& options, int application_id, const Migrations& migrations)
    : file_(options.path), path_(options.name.empty() ? options.path : options.name), mode_(options.mode) {
  check_file(options.path, path_);
  guard([&] {
    open(options);
    check(application_id, migrations);
  });
}

void Database::open(const OpenDatabase& options) {
  const int flags = options.mode == Mode::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
  database_ = std::make_unique<SQLite::Database>(options.path, flags | SQLITE_OPEN_NOFOLLOW,
                                                 static_cast<int>(options.busy.count()), exact_names_vfs());
  restrict_connection(*database_);
  sqlite3_progress_handler(database_->getHandle(), steps_between, count_steps, this);
  database_->exec("PRAGMA foreign_keys = ON");
  database_->exec(options.durability == Durability::full ? "PRAGMA synchronous = EXTRA" : "PRAGMA synchronous = OFF");
}

void Database::check(int application_id, const Migrations& migrations) {
  const auto refuse = [this](const std::string& why, const char* hint = "") {
    fail(ErrorKind::cannot_answer, "open", path_, why, hint);
  };
  const std::int64_t owner = number("PRAGMA application_id");
  const int its_version = version(), known = static_cast<int>(migrations.size());
  if (its_version != 0 && owner != application_id) refuse("it is not a database of minipkg");
  if (its_version < 0 || its_version > known) {
    refuse(fmt::format("its schema has version {}, this minipkg knows versions up to {}", its_version, known),
           "use the minipkg that wrote it, or a newer one");
  }
  check_schema(*database_, path_, std::span(migrations).first(static_cast<std::size_t>(its_version)));
}

/// In a damaged file one page may stand in the place of many, and what leads to it, too: twenty pages are enough to be
/// read for ever. Rows that are stored once each come to their end long before. A transaction may have made the file
/// what it is by now.
int Database::count_steps(void* self) {
  auto* database = static_cast<Database*>(self);
  database->steps_ += steps_between;
  if (database->steps_ <= steps_at_least) return 0;
  return database->steps_ > steps_at_least + steps_for_a_byte * stored_size(database->file_) ? 1 : 0;
}

void Database::begin_question() { steps_ = answered = 0; }

SQLite::Statement& Database::prepare(const char* sql) {
  // One question may take many selections, but what is written may be more than the file has so far.
  if (guards_ == 0 || !std::string_view(sql).starts_with("SELECT")) begin_question();
  auto& statement = statements_[sql];
  if (statement == nullptr) {
    statement = std::make_unique<SQLite::Statement>(*database_, sql);
  } else {
    statement->tryReset();  // which tells again how its last run ended
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

/// A live writer that gives up looks like a dead one for a moment: its journal is seen, its lock no more, and then
/// the journal is gone (sqlite.org, ticket 3883).
bool Database::may_pass(const SQLite::Exception& failure, int attempt) const {
  constexpr int most = 20;
  if (mode_ != Mode::read || attempt >= most || !is_unfinished(failure.getExtendedErrorCode())) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return true;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(database_->getHandle()) == 0; }

void Database::close() {
  statements_.clear();
  database_.reset();
}

void Database::throw_error(const SQLite::Exception& failure) const {
  const int code = failure.getExtendedErrorCode() != -1 ? failure.getExtendedErrorCode() : failure.getErrorCode();
  const ErrorKind kind = kind_of(code);
  if (kind == ErrorKind::locked) fail_locked();
  std::string cause = printable(failure.what());
  if (code == refused_log) cause = "it has a write-ahead log, which minipkg's have not";
  if ((code & 0xFF) == SQLITE_INTERRUPT) cause = "it is damaged: reading it would never end";
  const int system = database_ == nullptr ? 0 : sqlite3_system_errno(database_->getHandle());
  if ((code & 0xFF) == SQLITE_IOERR && system != 0) cause += fmt::format(" ({})", std::strerror(system));
  throw Error(kind, cannot("use", path_, cause),
              is_unfinished(code) ? "a transaction was interrupted: run 'minipkg recover' as root" : "");
}

void Database::fail_locked() const {
  // SQLite's lock bytes, https://www.sqlite.org/fileformat2.html#the_lock_byte_page
  constexpr off_t lock_bytes = 0x40000000, lock_length = 512;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_start = lock_bytes;
  lock.l_len = lock_length;
  const int fd = own_descriptor(path_);
  std::string holder = "another process reads or writes it";
  if (fd >= 0 && ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0) {
    std::string command;
    std::getline(std::ifstream(fmt::format("/proc/{}/comm", lock.l_pid)), command);
    holder = fmt::format("pid {} ({}) holds a lock on it", lock.l_pid, printable(command));
  }
  fail(ErrorKind::locked, mode_ == Mode::read ? "read" : "write to", path_, holder,
       "end that process, or wait for it with --lock-wait SECONDS");
}

SqlTransaction::SqlTransaction(Database& database, Kind kind) : database_(database) {
  constexpr std::array<const char*, 3> begin{"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"};
  database_.exec(begin.at(static_cast<std::size_t>(kind)));
}

SqlTransaction::~SqlTransaction() {
  if (!open_) return;
  try {
    roll_back();
  } catch (const Error&) {
    // Closing the database rolls back as well.
  }
}

/// After some errors SQLite has rolled back by itself.
void SqlTransaction::roll_back() {
  open_ = false;
  if (database_.in_transaction()) database_.exec("ROLLBACK");
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
  count_answer(column);
  return {column.getText(), static_cast<std::size_t>(column.getBytes())};
}

std::string blob(const SQLite::Column& column) {
  count_answer(column);
  const auto* const bytes = static_cast<const char*>(column.getBlob());
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(column.getBytes()));
}

Digest digest(const SQLite::Column& column) { return digest_of_bytes(blob(column)); }

std::int64_t directory_id(Database& database, const std::string& path) {
  SQLite::Statement& insert = database.prepare("INSERT INTO directory (path) VALUES (?) ON CONFLICT DO NOTHING");
  insert.bind(1, path);
  insert.exec();
  SQLite::Statement& select = database.prepare("SELECT id FROM directory WHERE path = ?");
  select.bind(1, path);
  select.executeStep();
  const std::int64_t id = select.getColumn(0).getInt64();
  select.reset();
  return id;
}

}  // namespace minipkg::store
