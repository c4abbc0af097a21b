// SPDX-License-Identifier: MIT
#pragma once
#include <utf8proc.h>

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

inline void require_good_path(std::string_view path, OddNames odd = OddNames::refuse) {
  require(path.size() > 1 && path.front() == '/' && path.size() <= 4095, "a path is absolute, and not too long");
  require(path.find('\0') == std::string_view::npos, "a path has no NUL");
  require(odd == OddNames::allow || std::none_of(path.begin(), path.end(), is_control),
          "a path has no control characters");
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

inline void require_good_entry(const FileEntry& file, OddNames odd = OddNames::refuse) {
  require_good_path(file.path, odd);
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

/// UTF-8 without controls and without what shows nothing or changes how others look, but for the marks of some scripts
/// that are seen, and only count as format characters.
inline bool is_fit_for_a_terminal(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(bytes, left, &c);
    if (length <= 0) return false;
    const bool is_seen = (c >= 0x600 && c <= 0x8E2) && c != 0x61C;
    const bool is_joined_sign = c == 0x110BD || c == 0x110CD || (c >= 0x13430 && c <= 0x1345F);
    switch (utf8proc_category(c)) {
      case UTF8PROC_CATEGORY_CC:
      case UTF8PROC_CATEGORY_CF:
      case UTF8PROC_CATEGORY_CS:
      case UTF8PROC_CATEGORY_ZL:
      case UTF8PROC_CATEGORY_ZP:
        if (!is_seen && !is_joined_sign) return false;
        break;
      default:
        break;
    }
    bytes += length;
    left -= length;
  }
  return true;
}

/// A refusal is of the kind that is meant for it, and fit for a terminal.
inline void require_good_refusal(const Error& error, ErrorKind kind) {
  require(error.kind() == kind, "a refusal is of its kind");
  require(is_fit_for_a_terminal(error.what()), "a refusal is fit for a terminal");
}

}  // namespace minipkg::fuzz
