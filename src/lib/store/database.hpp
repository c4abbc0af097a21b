// SPDX-License-Identifier: MIT
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg::store {

enum class Mode { read, write };
enum class Durability { full, none };

struct OpenDatabase {
  std::string path;  ///< taken as it is; "/proc/self/fd/N/NAME" lies in that directory, whatever its name is by now
  Mode mode = Mode::read;
  Durability durability = Durability::full;
  std::chrono::milliseconds busy{10'000};
  std::string name{};  ///< for messages; empty: the path
};

/// One SQLite file: rollback journal, synchronous=EXTRA, so that readers need no write permission and no side files.
/// All its failures are minipkg::Error: locked, permission, or cannot_answer, naming the file. Whatever the file is, a
/// question comes to an end and takes no more memory than a limit: trust.hpp.
class Database {
 public:
  using Migrations = std::vector<std::string_view>;
  /// Throws Error(cannot_answer) if the file belongs to another program or a newer minipkg, or somebody changed its
  /// schema; Error(permission) if others may write to it. `migrations` are its versions, from 1.
  Database(const OpenDatabase&, int application_id, const Migrations& migrations);
  Database(Database&&) = delete;  // SQLite's callback knows its address

  /// A statement prepared once, reset and ready to be bound.
  SQLite::Statement& prepare(const char* sql);
  void exec(const char* sql);
  std::int64_t number(const char* sql);

  /// Runs `work` and turns every SQLite error it throws into ours. All that it reads is one question.
  template <class Work>
  decltype(auto) guard(Work&& work) {
    const Guarded guarded(*this);
    for (int attempt = 0;; ++attempt) {
      try {
        return work();
      } catch (const SQLite::Exception& failure) {
        if (!may_pass(failure, attempt)) throw_error(failure);
      }
    }
  }

  int version() { return static_cast<int>(number("PRAGMA user_version")); }
  const std::string& path() const { return path_; }
  bool in_transaction() const;
  std::int64_t last_row_id() { return database_->getLastInsertRowid(); }
  /// Closes without committing.
  void close();

 private:
  struct Guarded {
    explicit Guarded(Database& database) : guards(database.guards_) {
      if (guards++ == 0) database.begin_question();
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;
    ~Guarded() { --guards; }
    int& guards;
  };

  void begin_question();
  void open(const OpenDatabase&);
  void check(int application_id, const Migrations&);
  static int count_steps(void* self);
  bool may_pass(const SQLite::Exception&, int attempt) const;
  [[noreturn]] void throw_error(const SQLite::Exception&) const;
  /// Names the process that holds a lock on the file.
  [[noreturn]] void fail_locked() const;

  std::string file_, path_;  ///< as it is opened, and as it is told
  Mode mode_;
  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  int guards_ = 0;           ///< one within the other
  std::uint64_t steps_ = 0;  ///< of SQLite's machine, for the question under way
};

/// BEGIN in the constructor, ROLLBACK in the destructor, explicit commit().
class SqlTransaction {
 public:
  enum class Kind { read, immediate, exclusive };
  SqlTransaction(Database&, Kind);
  SqlTransaction(const SqlTransaction&) = delete;
  SqlTransaction& operator=(const SqlTransaction&) = delete;
  ~SqlTransaction();
  void commit();
  void roll_back();

 private:
  Database& database_;
  bool open_ = true;
};

// Columns and parameters in the types the rest of the program uses. SQLite's integers are signed.
inline std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline std::uint64_t as_unsigned(const SQLite::Column& column) { return static_cast<std::uint64_t>(column.getInt64()); }
// Reading refuses more than one question may be answered with.
void bind_blob(SQLite::Statement&, int index, std::string_view bytes);
void bind_digest(SQLite::Statement&, int index, const Digest&);
std::string text(const SQLite::Column&);
std::string blob(const SQLite::Column&);
Digest digest(const SQLite::Column&);

/// The number of a directory in the table of that name, which both schemas have; it is added if it is new.
std::int64_t directory_id(Database&, const std::string& path);

}  // namespace minipkg::store
