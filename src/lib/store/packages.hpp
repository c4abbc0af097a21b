// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/database.hpp"
#include "minipkg/plan.hpp"

namespace minipkg::store {

struct OwnedFile {
  std::string path, package, version;
};

/// packages.db: what is installed. A root without the file, or with an empty one, has nothing installed.
class Packages {
 public:
  /// For read: nothing is created; no file means no packages.
  explicit Packages(const OpenDatabase&);

  std::vector<InstalledPackage> all();
  std::optional<InstalledPackage> find(const std::string& name);
  /// The manifest as it was recorded; nothing if the package is not installed.
  std::optional<Manifest> manifest(const std::string& name);
  std::vector<FileEntry> files(const std::string& name);
  /// Who promised this exact path, sorted by package.
  std::vector<OwnerFact> owners(const std::string& path);
  /// Who has paths recorded in this directory or below it, as it is spelled.
  std::vector<std::string> owners_below(const std::string& directory);
  /// Recorded paths by two patterns of sqlite.org/lang_expr.html#glob; a '*' of `directories` takes a '/' too.
  std::vector<OwnedFile> matching(const std::string& directories, const std::string& names);
  /// Canonical JSON of the manifests that have a member of this name, all but their files; also one that has it
  /// elsewhere.
  std::vector<std::string> manifests_with(const std::string& member);
  /// Id of the last transaction committed here; empty if none.
  std::string transaction();
  /// Nothing was ever committed here.
  bool is_new() { return !has_schema(); }
  /// Rewrites the file so that the same set of packages gives the same bytes whatever the history: built anew from an
  /// empty database, without the transaction's id, synced, renamed over the old one. Closes the database.
  void park();
  /// Asks the file anew, as any other process would: after a COMMIT that failed.
  void reopen();
  /// Makes durable which files there are beside the database: that its journal is gone is what commits.
  void sync_directory();

  /// The one write: holds the file exclusively from begin to commit, so that nobody's read lock can stop the COMMIT.
  /// Makes the schema in the same transaction if the file is new.
  class Writing {
   public:
    explicit Writing(Packages&);
    void put(const Manifest&, const Digest&);
    void erase(const std::string& name);
    /// The commit point of everything: from here on the transaction `id` has happened. No id: none is named.
    void commit(const std::string& id);
    /// Gives up without waiting for the destructor, which cannot say that the file's journal stays.
    void abandon();

   private:
    std::int64_t directory_id(const std::string& path);
    std::int64_t owner_id(const Owner&);
    void put_file(std::int64_t package, const FileEntry&);
    void name_transaction(const std::string& id);

    Database& database_;
    std::optional<SqlTransaction> transaction_;
    std::string last_directory_;
    std::int64_t last_directory_id_ = 0;
  };

  Database* database() { return database_ ? &*database_ : nullptr; }

 private:
  bool has_schema();
  void write_parked(const std::string& aside);
  bool has_schema_ = false;  ///< it never goes again
  OpenDatabase options_;
  std::optional<Database> database_;
};

}  // namespace minipkg::store
