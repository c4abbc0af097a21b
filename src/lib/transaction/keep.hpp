// SPDX-License-Identifier: MIT
#pragma once
#include <map>

#include "lib/transaction/live_tree.hpp"

namespace minipkg::transaction {

/// Gives a file the name `to` as well: by a link, by a copy where the file system `fs` knows none.
void link_or_copy(const LiveTree::Name& from, const LiveTree::Name& to, const OnDisk& before, FileSystem fs);

/// Gives what will go its second name old/N, without changing what is visible. A link, wherever there are links. A copy
/// where there are none, or where a link would part the file from its other names (overlayfs copies it up, alone). No
/// second name at all for what is removed where there are no links: commit renames it to old/N.
class Keeper {
 public:
  explicit Keeper(const LiveTree& tree) : tree_(tree) {}
  void keep(std::size_t step, const OnDisk& before);

 private:
  const LiveTree& tree_;
  std::map<std::uint64_t, std::size_t> copied_;  ///< inode with several names on overlayfs -> step that has its copy
};

}  // namespace minipkg::transaction
