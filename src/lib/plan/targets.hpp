// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "minipkg/plan.hpp"

namespace minipkg::plan {

/// A package of the request that changes, and what it changes from.
struct Changing {
  PackageChange change;
  const Manifest* manifest = nullptr;                 ///< nothing: it is removed
  const std::vector<FileEntry>* installed = nullptr;  ///< nothing: it is new
  const std::set<std::uint32_t>* omitted = nullptr;   ///< entries of the manifest that do not come; nothing: all do
};

struct Wanted {
  Source source;
  const FileEntry* entry = nullptr;
  const std::string* package = nullptr;
};

struct Had {
  const FileEntry* entry = nullptr;
  const std::string* package = nullptr;
  Digest digest{};  ///< of the content, for hard links the leader's
};

/// One canonical path the transaction speaks of: who had it, who wants it, what is there.
struct Target {
  std::vector<Wanted> wanted;  ///< sorted by package; more than one only for directories
  std::vector<Had> had;        ///< by packages that change
  const PathFact* fact = nullptr;

  const OnDisk* disk() const { return fact->disk ? &*fact->disk : nullptr; }
};

/// Sorted by path bytes: a directory comes before all that is below it.
using Targets = std::map<std::string, Target>;

/// Where a path of a package really is: its parent directory's symlinks followed.
std::string canonical_path(const Aliases&, const std::string& path);

/// Collects the paths of all packages that change; paths that cannot be walked safely become problems.
Targets collect_targets(const std::vector<Changing>&, const Facts&, Problems&);

/// Every directory that something wanted lies in.
std::set<std::string> wanted_ancestors(const Targets&);

void add_ancestors(std::set<std::string>& directories, const std::string& path);

}  // namespace minipkg::plan
