// SPDX-License-Identifier: MIT
#include "lib/store/packages.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "lib/model/path.hpp"
#include "lib/model/rules.hpp"
#include "lib/store/codec.hpp"
#include "lib/store/row.hpp"
#include "lib/store/schema.hpp"
#include "minipkg/error.hpp"

namespace minipkg::store {
namespace {

constexpr const char* file_columns =
    "directory.path, file.name, type, mode, user_name, group_name, uid, gid, mtime, size, file.digest, target, device, "
    "xattrs, extra ";

FileEntry read_file(SQLite::Statement& row) {
  FileEntry entry;
  entry.path = checked_path(child_path(text(row.getColumn(0)), text(row.getColumn(1))));
  entry.type = enumerator(row.getColumn(2).getInt64(), FileType::fifo);
  entry.mode = static_cast<std::uint16_t>(row.getColumn(3).getInt());
  entry.owner = {text(row.getColumn(4)), text(row.getColumn(5)), row.getColumn(6).getUInt(),
                 row.getColumn(7).getUInt()};
  if (!is_account_name(entry.owner.user) || !is_account_name(entry.owner.group)) refuse_value("an owner who is none");
  entry.mtime = row.getColumn(8).getInt64();
  entry.size = static_cast<std::uint64_t>(row.getColumn(9).getInt64());
  entry.digest = digest(row.getColumn(10));
  entry.target = text(row.getColumn(11));
  const std::int64_t device = row.getColumn(12).getInt64();
  entry.dev_major = static_cast<std::uint32_t>(device >> 32);
  entry.dev_minor = static_cast<std::uint32_t>(device);
  entry.xattrs = decode_xattrs(blob(row.getColumn(13)));
  entry.extra = text(row.getColumn(14));
  return entry;
}

InstalledPackage read_package(SQLite::Statement& row) {
  return {text(row.getColumn(0)), text(row.getColumn(1)),   text(row.getColumn(2)),
          text(row.getColumn(3)), digest(row.getColumn(4)), static_cast<std::uint64_t>(row.getColumn(5).getInt64())};
}

Manifest recorded_head(const std::string& json, const std::string& where) {
  try {
    return parse_manifest(json, where, OddNames::allow);
  } catch (const Error& error) {
    throw Error(ErrorKind::cannot_answer, error.what());  // no package was given
  }
}

/// A symlink that leads nowhere is there, and refused: it does not mean that nothing is installed.
bool exists(const std::string& path) {
  struct stat stat {};
  return ::lstat(path.c_str(), &stat) == 0;
}

}  // namespace

Packages::Packages(const OpenDatabase& options) : options_(options) {
  if (options.mode == Mode::read && !exists(options.path)) return;
  database_.emplace(options, packages_application_id, packages_migrations);
}

void Packages::reopen() {
  database_.reset();
  database_.emplace(options_, packages_application_id, packages_migrations);
}

bool Packages::has_schema() {
  has_schema_ = has_schema_ || (database_ && database_->version() > 0);
  return has_schema_;
}

std::vector<InstalledPackage> Packages::all() {
  std::vector<InstalledPackage> packages;
  if (!has_schema()) return packages;
  return database_->guard([&] {
    SQLite::Statement& rows = database_->prepare(
        "SELECT name, version, version_scheme, arch, digest, installed_size FROM package ORDER BY name");
    while (rows.executeStep()) {
      InstalledPackage next = read_package(rows);
      // In a damaged file one page may stand in the place of many, and each package is asked for more.
      if (!packages.empty() && packages.back().name >= next.name) refuse_value("a package twice");
      packages.push_back(std::move(next));
    }
    rows.reset();
    return packages;
  });
}

std::optional<InstalledPackage> Packages::find(const std::string& name) {
  std::optional<InstalledPackage> package;
  if (!has_schema()) return package;
  return database_->guard([&] {
    SQLite::Statement& row = database_->prepare(
        "SELECT name, version, version_scheme, arch, digest, installed_size FROM package WHERE name = ?");
    row.bind(1, name);
    if (row.executeStep()) package = read_package(row);
    row.reset();
    return package;
  });
}

std::optional<Manifest> Packages::manifest(const std::string& name) {
  std::optional<Manifest> manifest;
  if (!has_schema()) return manifest;
  database_->guard([&] {
    SQLite::Statement& row = database_->prepare("SELECT manifest, installed_size FROM package WHERE name = ?");
    row.bind(1, name);
    if (row.executeStep()) {
      manifest = recorded_head(text(row.getColumn(0)), database_->path() + ": " + name);
      manifest->installed_size = static_cast<std::uint64_t>(row.getColumn(1).getInt64());
    }
    row.reset();
  });
  if (manifest) manifest->files = files(name);
  return manifest;
}

std::vector<FileEntry> Packages::files(const std::string& name) {
  std::vector<FileEntry> files;
  if (!has_schema()) return files;
  static const std::string sql = std::string("SELECT ") + file_columns +
                                 "FROM package JOIN file ON file.package = package.id "
                                 "JOIN directory ON directory.id = file.directory JOIN owner ON owner.id = file.owner "
                                 "WHERE package.name = ?";
  database_->guard([&] {
    SQLite::Statement& rows = database_->prepare(sql.c_str());
    rows.bind(1, name);
    while (rows.executeStep()) files.push_back(read_file(rows));
    rows.reset();
  });
  std::sort(files.begin(), files.end(), [](const auto& left, const auto& right) { return left.path < right.path; });
  return files;
}

std::vector<OwnerFact> Packages::owners(const std::string& path) {
  std::vector<OwnerFact> owners;
  if (!has_schema()) return owners;
  static const std::string sql = std::string("SELECT ") + file_columns +
                                 ", package.name FROM directory JOIN file ON file.directory = directory.id "
                                 "JOIN package ON package.id = file.package JOIN owner ON owner.id = file.owner "
                                 "WHERE directory.path = ? AND file.name = ? ORDER BY package.name";
  return database_->guard([&] {
    SQLite::Statement& rows = database_->prepare(sql.c_str());
    rows.bind(1, std::string(parent_path(path)));
    rows.bind(2, std::string(base_name(path)));
    while (rows.executeStep()) owners.push_back({text(rows.getColumn(15)), read_file(rows)});
    rows.reset();
    return owners;
  });
}

std::vector<std::string> Packages::owners_below(const std::string& directory) {
  std::vector<std::string> names;
  if (!has_schema()) return names;
  return database_->guard([&] {
    // '0' is the byte behind '/': everything between begins with "<directory>/".
    SQLite::Statement& rows = database_->prepare(
        "SELECT DISTINCT package.name FROM directory JOIN file ON file.directory = directory.id "
        "JOIN package ON package.id = file.package "
        "WHERE path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0') ORDER BY package.name");
    rows.bind(1, directory);
    while (rows.executeStep()) names.push_back(text(rows.getColumn(0)));
    rows.reset();
    return names;
  });
}

std::vector<OwnedFile> Packages::matching(const std::string& directories, const std::string& names) {
  std::vector<OwnedFile> found;
  if (!has_schema()) return found;
  return database_->guard([&] {
    SQLite::Statement& rows = database_->prepare(
        "SELECT path, file.name, package.name, version FROM directory JOIN file ON file.directory = directory.id "
        "JOIN package ON package.id = file.package WHERE path GLOB ? AND file.name GLOB ?");
    rows.bind(1, directories);
    rows.bind(2, names);
    while (rows.executeStep()) {
      found.push_back({checked_path(child_path(text(rows.getColumn(0)), text(rows.getColumn(1)))),
                       text(rows.getColumn(2)), text(rows.getColumn(3))});
    }
    rows.reset();
    return found;
  });
}

std::vector<std::string> Packages::manifests_with(const std::string& member) {
  std::vector<std::string> manifests;
  if (!has_schema()) return manifests;
  return database_->guard([&] {
    SQLite::Statement& rows =
        database_->prepare("SELECT manifest FROM package WHERE instr(manifest, '\"' || ? || '\":') > 0 ORDER BY name");
    rows.bind(1, member);
    while (rows.executeStep()) manifests.push_back(text(rows.getColumn(0)));
    rows.reset();
    return manifests;
  });
}

std::string Packages::transaction() {
  if (!has_schema()) return {};
  return database_->guard([&] {
    SQLite::Statement& row = database_->prepare("SELECT value FROM meta WHERE key = 'transaction'");
    std::string id = row.executeStep() ? text(row.getColumn(0)) : std::string();
    row.reset();
    return id;
  });
}

}  // namespace minipkg::store
