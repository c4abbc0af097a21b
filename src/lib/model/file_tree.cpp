// SPDX-License-Identifier: MIT
#include "lib/model/file_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "lib/model/path.hpp"

namespace minipkg {
namespace {

/// The nearest listed ancestor of `path` that is not a directory, or null.
const FileEntry* wrong_ancestor(const std::vector<FileEntry>& files, std::string_view path) {
  for (std::string_view parent = parent_path(path); parent != "/"; parent = parent_path(parent)) {
    const FileEntry* entry = find_file(files, parent);
    if (entry != nullptr && entry->type != FileType::directory) return entry;
  }
  return nullptr;
}

std::string why_bad_link(const std::vector<FileEntry>& files, const FileEntry& link) {
  const FileEntry* leader = find_file(files, link.target);
  if (leader == nullptr) return fmt::format("is a hard link to '{}', which is not in the package", link.target);
  if (leader->type == FileType::regular) return {};
  return fmt::format("is a hard link to '{}', which is a {}", link.target, type_name(leader->type));
}

}  // namespace

std::string_view type_name(FileType type) {
  switch (type) {
    case FileType::regular:
      return "regular file";
    case FileType::directory:
      return "directory";
    case FileType::symlink:
      return "symlink";
    case FileType::hardlink:
      return "hard link";
    case FileType::character:
      return "character device";
    case FileType::block:
      return "block device";
    case FileType::fifo:
      return "fifo";
    case FileType::socket:
      return "socket";
  }
  return "file of unknown type";
}

const FileEntry* find_file(const std::vector<FileEntry>& sorted, std::string_view path) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), path,
                                      [](const FileEntry& entry, std::string_view p) { return entry.path < p; });
  return found != sorted.end() && found->path == path ? &*found : nullptr;
}

std::optional<TreeFault> find_tree_fault(const std::vector<FileEntry>& files) {
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (files[i].path == files[i - 1].path) return TreeFault{i, "is named twice"};
    if (files[i].path < files[i - 1].path)
      return TreeFault{i, fmt::format("must stand before '{}'", files[i - 1].path)};
  }
  std::string_view good_parent = "/";
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileEntry& file = files[i];
    if (parent_path(file.path) != good_parent) {
      if (const FileEntry* wrong = wrong_ancestor(files, file.path)) {
        return TreeFault{i, fmt::format("is below '{}', which is a {}", wrong->path, type_name(wrong->type))};
      }
      good_parent = parent_path(file.path);
    }
    if (file.type != FileType::hardlink) continue;
    if (std::string why = why_bad_link(files, file); !why.empty()) return TreeFault{i, std::move(why)};
  }
  return {};
}

void complete_hard_links(std::vector<FileEntry>& files) {
  for (FileEntry& file : files) {
    if (file.type != FileType::hardlink) continue;
    const FileEntry& leader = *find_file(files, file.target);
    file.mode = leader.mode;
    file.owner = leader.owner;
    file.mtime = leader.mtime;
    file.xattrs = leader.xattrs;
  }
}

std::uint64_t installed_size(const std::vector<FileEntry>& files) {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FileEntry& file) { return sum + file.size; });
}

}  // namespace minipkg
