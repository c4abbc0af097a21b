// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/model/journal.hpp"
#include "lib/os/area.hpp"
#include "lib/os/file_stat.hpp"
#include "lib/os/tree.hpp"

namespace minipkg::transaction {

/// The root and the staging areas of one transaction: where every step's three names are.
/// live: the path itself. staged: new/N, or below the staged directory it arrives with. kept: old/N.
class LiveTree {
 public:
  /// `areas` parallel to journal.places; `journal` outlives this.
  LiveTree(const os::Tree& root, const Journal& journal, std::vector<os::Area> areas);

  struct Name {
    int dirfd = -1;
    std::string name;
    std::string path;  ///< full, for messages
    const char* c_str() const { return name.c_str(); }
  };

  Name live(const std::string& path) const;
  /// The same; nothing if its directory is gone.
  std::optional<Name> try_live(const std::string& path) const;
  Name staged(std::size_t step) const;
  std::optional<Name> try_staged(std::size_t step) const;
  Name kept(std::size_t step) const;
  /// Still in the area. Whether a rename took it away is what tells that the step happened: names do not change when
  /// a file system is mounted anew, inode numbers may.
  bool is_staged(std::size_t step) const;
  bool is_kept(std::size_t step) const;
  FileSystem fs(std::size_t step) const { return areas_.at(journal_.steps[step].place).fs(); }
  /// Where the step's staged name is below the area's "new", as an absolute path of that tree.
  std::string staged_path(std::size_t step) const;

  const os::Tree& root() const { return root_; }
  const os::Area& area(std::size_t place) const { return areas_.at(place); }
  std::size_t places() const { return areas_.size(); }
  const Journal& journal() const { return journal_; }

 private:
  const os::Tree& root_;
  const Journal& journal_;
  std::vector<os::Area> areas_;
  std::vector<std::size_t> carriers_;  ///< for each step: the step whose staged directory it arrives with, or itself
};

/// Still what the plan saw, content included as far as size and time tell; directories may get new names in them.
bool is_unchanged(const OnDisk& before, const OnDisk& now);

/// One and the same file, as far as the file system's inode numbers are to be believed.
inline bool is_same(const OnDisk& before, const OnDisk& now, FileSystem fs) {
  return !has_lasting_inodes(fs) || before.identity.ino == now.identity.ino;
}

/// lstat of a name; nothing if it does not exist.
std::optional<os::FileStat> look(const LiveTree::Name&);

/// XFS gives directories a new time when they are exchanged: gives `time` back to one that stands at `live` as `now`.
void keep_time(const LiveTree::Name& live, const os::FileStat& now, std::int64_t time);

}  // namespace minipkg::transaction
