// SPDX-License-Identifier: MIT
#include "lib/model/path.hpp"
#include "lib/store/codec.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/schema.hpp"
#include "minipkg/error.hpp"

namespace minipkg::store {

Packages::Writing::Writing(Packages& packages) : database_(*packages.database()) {
  transaction_.emplace(database_, SqlTransaction::Kind::exclusive);
  for (auto at = static_cast<std::size_t>(database_.version()); at < packages_migrations.size(); ++at) {
    database_.exec(std::string(packages_migrations[at]).c_str());
  }
}

void Packages::Writing::put(const Manifest& manifest, const Digest& digest) {
  erase(manifest.name);
  Manifest head = manifest;
  head.files.clear();
  head.installed_size = 0;  // of no files; the real one has a column
  database_.guard([&] {
    SQLite::Statement& insert = database_.prepare(
        "INSERT INTO package (name, version, version_scheme, arch, digest, installed_size, manifest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, manifest.name);
    insert.bind(2, manifest.version);
    insert.bind(3, manifest.version_scheme);
    insert.bind(4, manifest.arch);
    bind_digest(insert, 5, digest);
    insert.bind(6, static_cast<std::int64_t>(manifest.installed_size));
    insert.bind(7, canonical_json(head));
    insert.exec();
    const std::int64_t package = database_.last_row_id();
    for (const FileEntry& entry : manifest.files) put_file(package, entry);
  });
}

void Packages::Writing::put_file(std::int64_t package, const FileEntry& entry) {
  if (entry.path == "/") return;  // the root itself is nobody's
  const std::int64_t directory = directory_id(std::string(parent_path(entry.path)));
  const std::int64_t owner = owner_id(entry.owner);
  SQLite::Statement& insert = database_.prepare(
      "INSERT INTO file (directory, name, package, type, mode, owner, mtime, size, digest, target, device, xattrs, "
      "extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, directory);
  insert.bind(2, std::string(base_name(entry.path)));
  insert.bind(3, package);
  insert.bind(4, static_cast<int>(entry.type));
  insert.bind(5, entry.mode);
  insert.bind(6, owner);
  insert.bind(7, entry.mtime);
  if (entry.type == FileType::regular) {
    insert.bind(8, static_cast<std::int64_t>(entry.size));
    bind_digest(insert, 9, entry.digest);
  }
  if (!entry.target.empty()) insert.bind(10, entry.target);
  if (entry.type == FileType::character || entry.type == FileType::block) {
    insert.bind(11, (static_cast<std::int64_t>(entry.dev_major) << 32) | entry.dev_minor);
  }
  if (!entry.xattrs.empty()) bind_blob(insert, 12, encode(entry.xattrs));
  if (!entry.extra.empty()) insert.bind(13, entry.extra);
  insert.exec();
}

void Packages::Writing::erase(const std::string& name) {
  database_.guard([&] {
    SQLite::Statement& files =
        database_.prepare("DELETE FROM file WHERE package = (SELECT id FROM package WHERE name = ?)");
    files.bind(1, name);
    files.exec();
    SQLite::Statement& package = database_.prepare("DELETE FROM package WHERE name = ?");
    package.bind(1, name);
    package.exec();
  });
}

void Packages::Writing::commit(const std::string& id) {
  if (!id.empty()) name_transaction(id);
  transaction_->commit();
}

void Packages::Writing::name_transaction(const std::string& id) {
  database_.guard([&] {
    SQLite::Statement& statement = database_.prepare(
        "INSERT INTO meta VALUES ('transaction', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    statement.bind(1, id);
    statement.exec();
  });
}

void Packages::Writing::abandon() {
  transaction_->roll_back();
  transaction_.reset();
}

std::int64_t Packages::Writing::directory_id(const std::string& path) {
  if (path == last_directory_) return last_directory_id_;
  last_directory_id_ = store::directory_id(database_, path);
  last_directory_ = path;
  return last_directory_id_;
}

std::int64_t Packages::Writing::owner_id(const Owner& owner) {
  const auto bind = [&owner](SQLite::Statement& statement) {
    statement.bind(1, owner.user);
    statement.bind(2, owner.group);
    statement.bind(3, owner.uid);
    statement.bind(4, owner.gid);
  };
  SQLite::Statement& select =
      database_.prepare("SELECT id FROM owner WHERE user_name = ? AND group_name = ? AND uid = ? AND gid = ?");
  bind(select);
  if (select.executeStep()) {
    const std::int64_t id = select.getColumn(0).getInt64();
    select.reset();
    return id;
  }
  SQLite::Statement& insert =
      database_.prepare("INSERT INTO owner (user_name, group_name, uid, gid) VALUES (?, ?, ?, ?)");
  bind(insert);
  insert.exec();
  return database_.last_row_id();
}

}  // namespace minipkg::store
