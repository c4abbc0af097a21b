// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/transaction/live_tree.hpp"

/// The undo store: what a finished transaction took away stays in its areas, until it is pruned.
namespace minipkg::transaction {

/// An old inode: <place>/.minipkg/<id>/<name>.
struct KeptFile {
  std::string place, id, name;
  std::uint64_t transaction = 0;  ///< that keeps it
  std::uint64_t ino = 0;
  std::int64_t mtime = 0;  ///< nanoseconds since 1970
  std::optional<Digest> digest;
  bool lasting = true;       ///< its number is, on that file system
  std::string path() const;  ///< canonical, below the root
};

/// By canonical path: what stood there before the first of these transactions that touched it; nothing where nothing
/// stood. A path that none of them touched is not in it. `oldest_first` have steps.
using KeptFiles = std::map<std::string, std::optional<KeptFile>>;
KeptFiles kept_files(const os::Tree& root, const std::vector<Journal>& oldest_first);

/// Still the old inode, untouched; where inode numbers do not last its time must do.
bool is_what_was_kept(const KeptFile&, const os::FileStat&, const FileEntry& promised);

/// Takes setuid, setgid and capabilities off what is kept, so that no stray hard link keeps a hole alive that an
/// upgrade closed: off what the transaction retired, where it had the content that `retired` tells for its path (a link
/// to another file of the machine may have been put there: that one is not ours), and off what has no other name.
/// Returns for each place the bytes that only kept names hold. Idempotent.
std::vector<std::uint64_t> lay_aside(const LiveTree&, const std::map<std::string, Digest>& retired);

}  // namespace minipkg::transaction
