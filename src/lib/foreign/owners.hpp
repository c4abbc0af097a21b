// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <set>
#include <string>

/// What other package managers know of files. Their databases are read as they are found: nothing is locked, made or
/// written, and no link is followed out of the root. Whatever is damaged or not understood has no answer, never an
/// error: who asks wants a name for a file that was found by other means.
namespace minipkg::foreign {

struct Owner {
  std::string package;
  std::string version;  ///< installed now: neither dpkg nor rpm remembers an older one; empty if not told
  bool operator==(const Owner&) const = default;
};
using Owners = std::map<std::string, Owner>;
using Paths = std::set<std::string>;

/// Whether the root has a database of dpkg (also in the form of images without a shell, status.d) or of rpm
/// (rpmdb.sqlite; not Berkeley DB nor ndb).
bool has_database(int root_fd);

/// Who owns which of these paths, files and directories alike; those of nobody are missing. Paths are absolute below
/// the root and need not be spelled as the package spells them where /bin, /lib and the like are links to /usr.
/// dpkg's lists are read once whatever the number of paths (11 MB, 3,200 files: 20 ms).
Owners owners_of(int root_fd, const Paths& paths);

}  // namespace minipkg::foreign
