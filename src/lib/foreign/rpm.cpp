// SPDX-License-Identifier: MIT
#include "lib/foreign/rpm.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "lib/foreign/regular_file.hpp"
#include "lib/foreign/rpm_header.hpp"
#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::foreign {
namespace {

constexpr const char* file_name = "rpmdb.sqlite";

/// The directory with the database; empty if there is none.
Fd open_home(int root_fd) {
  for (const char* path : {"usr/lib/sysimage/rpm", "var/lib/rpm"}) {
    Fd directory = os::open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY);
    if (directory && open_regular(directory.get(), file_name)) return directory;
  }
  return Fd();
}

bool is_at_work(int home) {
  struct stat log {};
  return ::fstatat(home, "rpmdb.sqlite-wal", &log, AT_SYMLINK_NOFOLLOW) == 0 && log.st_size > 0;
}

/// sqlite.org/uri.html
std::string uri(int home, const char* parameters) {
  std::string text = "file:";
  // The directory's own name, so that no link on the way to it is followed twice.
  for (const char byte : os::link_text(AT_FDCWD, fmt::format("/proc/self/fd/{}", home).c_str())) {
    const bool is_plain = byte != '%' && byte != '?' && byte != '#' && byte > ' ' && byte < 0x7F;
    text += is_plain ? std::string(1, byte) : fmt::format("%{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("{}/{}?mode=ro&{}", text, file_name, parameters);
}

/// Throws SQLite::Exception.
SQLite::Database open_database(int home, const char* parameters) {
  constexpr int blob_limit = 256 << 20, steps_between = 1'000'000;
  SQLite::Database database(uri(home, parameters), SQLite::OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW);
  sqlite3* const raw = database.getHandle();
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, blob_limit);
  // The root may be anybody's: a view in place of a table could count for ever. One look-up takes a few hundred steps.
  sqlite3_progress_handler(
      raw, steps_between, [](void*) { return 1; }, nullptr);
  return database;
}

std::string_view bytes(const SQLite::Column& column) {
  const auto* const begin = static_cast<const char*>(column.getBlob());
  return begin == nullptr ? std::string_view() : std::string_view(begin, static_cast<std::size_t>(column.getBytes()));
}

/// Every file of that name is in the index, with its package and its number there.
constexpr const char* by_name =
    "SELECT p.blob, b.idx FROM Basenames b JOIN Packages p ON p.hnum = b.hnum WHERE b.key = ? ORDER BY b.hnum";

Owners look_up(SQLite::Database& database, const Paths& paths) {
  Owners owners;
  SQLite::Statement statement(database, by_name);
  for (const std::string& path : paths) {
    statement.reset();
    statement.bind(1, path.substr(path.rfind('/') + 1));
    while (statement.executeStep()) {
      const auto header = parse_rpm_header(bytes(statement.getColumn(0)));
      if (!header || header->path(static_cast<std::uint64_t>(statement.getColumn(1).getInt64())) != path) continue;
      owners.emplace(path, Owner{header->package, header->version});
      break;
    }
  }
  return owners;
}

}  // namespace

bool has_rpm(int root_fd) { return static_cast<bool>(open_home(root_fd)); }

Owners rpm_owners(int root_fd, const Paths& paths) {
  const Fd home = open_home(root_fd);
  if (!home) return {};
  const std::string resting = "immutable=1", working = "readonly_shm=1";
  // rpm may begin or end meanwhile, or have been killed: the other way is tried as well.
  const bool at_work = is_at_work(home.get());
  for (const std::string& way : {at_work ? working : resting, at_work ? resting : working, resting}) {
    try {
      SQLite::Database database = open_database(home.get(), way.c_str());
      return look_up(database, paths);
    } catch (const SQLite::Exception&) {
      continue;
    }
  }
  return {};
}

}  // namespace minipkg::foreign
