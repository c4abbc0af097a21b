// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/foreign/owners.hpp"

/// The database of dpkg(1): texts in /var/lib/dpkg. dpkg replaces each of them by a rename, so they need no lock.
namespace minipkg::foreign {

bool has_dpkg(int root_fd);
/// Of the paths exactly as they are spelled.
Owners dpkg_owners(int root_fd, const Paths& paths);

/// "libc6" or "libc6:amd64", as the files in info/ are named.
using PackageIds = std::set<std::string>;
struct PathHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view path) const { return std::hash<std::string_view>{}(path); }
};
/// Which packages list a path. Hashed: hundreds of paths are looked for in 150,000 lines.
using Claims = std::unordered_map<std::string, PackageIds, PathHash, std::equal_to<>>;

/// Adds what a NAME.list says of the paths that are keys of `claims`.
void add_list(std::string_view list, const std::string& id, Claims& claims);
/// The same of a NAME.md5sums, whose paths have no '/' before them.
void add_md5sums(std::string_view md5sums, const std::string& id, Claims& claims);

/// dpkg-divert(1): `package`'s own file is at `path`; that of all others who list it is at `moved_to`.
struct Diversion {
  std::string path, moved_to;
  std::string package;  ///< without architecture; ":" is the administrator
};
std::vector<Diversion> parse_diversions(std::string_view);

/// Of the packages that say that the file at `path` is theirs the first.
std::string claimant(const std::string& path, const Claims&, const std::vector<Diversion>&);

/// Adds the versions of a text like /var/lib/dpkg/status for the ids that are keys of `versions`.
void add_versions(std::string_view status, std::map<std::string, std::string>& versions);

}  // namespace minipkg::foreign
