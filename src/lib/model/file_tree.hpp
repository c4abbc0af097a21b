// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// "directory", "symlink", …: for messages.
std::string_view type_name(FileType);

/// The entry with this path among entries sorted by path, or null.
const FileEntry* find_file(const std::vector<FileEntry>& sorted, std::string_view path);

struct TreeFault {
  std::size_t entry = 0;  ///< index
  std::string why;        ///< continues "'/usr/bin/x' "; not yet printable
};

/// What keeps the entries from being one tree: an order that is not that of the path bytes, a path named twice, a
/// path below something that is not a directory, a hard link without its regular file.
std::optional<TreeFault> find_tree_fault(const std::vector<FileEntry>& files);

/// Hard links get mode, owner, time and attributes of their leader: it is one inode. For a faultless list.
void complete_hard_links(std::vector<FileEntry>& files);

/// Sum of the sizes of the regular files.
std::uint64_t installed_size(const std::vector<FileEntry>& files);

}  // namespace minipkg
