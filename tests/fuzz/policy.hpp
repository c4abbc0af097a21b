// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "minipkg/error.hpp"
#include "minipkg/manifest.hpp"
#include "minipkg/text.hpp"

/// What no list of files may break that was let in, written down a second time and independently of src/lib.
namespace minipkg::fuzz {

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

inline void require_good_path(std::string_view path) {
  require(path.size() > 1 && path.front() == '/' && path.size() <= 4095, "a path is absolute, and not too long");
  require(std::none_of(path.begin(), path.end(), is_control), "a path has no control characters");
  require(std::count(path.begin(), path.end(), '/') <= 512, "a path is not too deep");
  path.remove_prefix(1);
  do {
    const bool last = path.find('/') == std::string_view::npos;
    require(last || path.back() != '/', "a path does not end in a slash");
    const std::string_view component = take_until(path, '/');
    require(!component.empty() && component != "." && component != "..", "a path leads down only");
    require(component.size() <= 255, "a component is not too long");
  } while (!path.empty());
}

inline void require_good_entry(const FileEntry& file) {
  require_good_path(file.path);
  const bool link = file.type == FileType::hardlink || file.type == FileType::symlink;
  const bool device = file.type == FileType::character || file.type == FileType::block;
  require(file.mode <= 07777, "a mode has twelve bits");
  require(file.size == 0 || file.type == FileType::regular, "only files have a size");
  require(file.target.empty() != link, "links have a target, nothing else has");
  require(file.target.find('\0') == std::string::npos && file.target.size() <= 4095, "a target is a path");
  require(device || (file.dev_major == 0 && file.dev_minor == 0), "only devices have numbers");
  require(file.owner.uid != 0xFFFFFFFF && file.owner.gid != 0xFFFFFFFF, "-1 is nobody");
  for (const std::string& name : {file.owner.user, file.owner.group}) {
    require(std::none_of(name.begin(), name.end(), is_control), "account names have no control characters");
    require(name.find_first_of(":/") == std::string::npos, "account names are words");
  }
  for (const auto& [name, value] : file.xattrs) {
    require(name.find('.') != std::string::npos && name.size() <= 255 && value.size() <= 65536, "attributes fit");
    require(std::none_of(name.begin(), name.end(), is_control), "attribute names have no control characters");
    require(file.type != FileType::symlink || !name.starts_with("user."), "symlinks have no attributes of users");
  }
}

/// Sorted, each path once, what is below something is below a directory, links lead to files that are listed.
inline void require_good_tree(const std::vector<FileEntry>& files) {
  std::map<std::string_view, const FileEntry*> seen;
  for (const FileEntry& file : files) {
    require_good_entry(file);
    require(seen.empty() || seen.rbegin()->first < file.path, "paths are sorted, each there once");
    for (std::size_t slash = file.path.rfind('/'); slash != 0; slash = file.path.rfind('/', slash - 1)) {
      const auto parent = seen.find(std::string_view(file.path).substr(0, slash));
      require(parent == seen.end() || parent->second->type == FileType::directory, "a parent is a directory");
    }
    seen.emplace(file.path, &file);
  }
  for (const FileEntry& file : files) {
    if (file.type != FileType::hardlink) continue;
    const auto leader = seen.find(file.target);
    require(leader != seen.end() && leader->second->type == FileType::regular, "a hard link leads to a listed file");
    require(leader->second->mode == file.mode && leader->second->owner == file.owner, "links are one inode");
  }
}

/// A refusal is of the kind that is meant for it, and fit for a terminal.
inline void require_good_refusal(const Error& error, ErrorKind kind) {
  const std::string what = error.what();
  require(error.kind() == kind, "a refusal is of its kind");
  require(std::none_of(what.begin(), what.end(), is_control), "a refusal has no control characters");
}

}  // namespace minipkg::fuzz
