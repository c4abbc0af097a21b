// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "lib/os/spot.hpp"
#include "lib/restart/script_history.hpp"

namespace minipkg::restart {

/// A file that an installed package has at a path.
struct PackageFile {
  std::string package, path;
};

/// Whether what a package has at that path tells that a process uses the package: it can be a script, a module or an
/// extension of an interpreter. `mode` is the file's.
bool shows_use(std::string_view path, std::uint16_t mode);

/// A path that an interpreter may have been told to run.
struct ScriptPath {
  std::string path;
  std::set<std::string> packages;
  History history;  ///< sorted; empty for a file that was never replaced
};

/// An extension module as it is now.
struct Extension {
  Identity identity;
  Language language = Language::none;
  std::string package;
};

/// Scripts and modules that were replaced or removed in this boot, and those files of their packages that were not,
/// found by where they stand. Constant once made: all threads read it.
class ScriptIndex {
 public:
  /// `rows` are scripts and modules of which it is known when they went, `root_fd` is the directory that paths are
  /// relative to.
  ScriptIndex(int root_fd, std::vector<RetiredInode> rows, const std::vector<PackageFile>& present);
  ScriptIndex(const ScriptIndex&) = delete;
  ScriptIndex(ScriptIndex&&) = default;  // the rows stay where they are
  ScriptIndex& operator=(const ScriptIndex&) = delete;
  ScriptIndex& operator=(ScriptIndex&&) = default;
  ~ScriptIndex() = default;

  bool empty() const { return rows_.empty(); }
  /// Of the file systems that lead to the files.
  bool is_known_device(std::uint64_t dev) const { return devices_.contains(dev); }
  /// nullptr: none of ours stands there.
  const ScriptPath* at(const os::Spot&) const;
  /// What `python -m` finds under one of these names in a directory that Python itself looks into.
  const ScriptPath* python_module(const std::vector<std::string>& names) const;
  /// nullptr for nearly every number there is.
  const Extension* extension(std::uint64_t ino) const;
  /// A module of the package that is old for who began by then; nullptr if all are as they were.
  const RetiredInode* old_module(const std::string& package, Language, std::int64_t began_by) const;

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::string>;  ///< device, inode of the directory; name
  using Parents = std::map<std::string, std::optional<Key>>;          ///< where the names in a directory begin

  std::optional<Key> key_of(const os::Viewpoint&, const std::string& path, Parents&);
  ScriptPath* add(const os::Viewpoint&, const std::string& path, const std::string& package, Parents&);
  void add_extension(const os::Viewpoint&, const PackageFile&);

  std::vector<RetiredInode> rows_;
  std::map<Key, ScriptPath> paths_;
  std::map<std::string, std::set<const ScriptPath*>> modules_;  ///< by package
  std::unordered_map<std::uint64_t, Extension> extensions_;
  std::set<std::uint64_t> devices_;
};

}  // namespace minipkg::restart
