// SPDX-License-Identifier: MIT
#include "lib/archive/entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/model/file_tree.hpp"
#include "lib/model/path.hpp"
#include "lib/model/rules.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::size_t longest_target = 4095;

std::string good_path(const MemberSource& reader, const TarMember& member, const std::string& name, OddNames odd,
                      const char* what) {
  if (!name.empty() && name.front() == '/') reader.refuse(member, fmt::format("{} is absolute", what));
  std::string path = path_of_member(name);
  if (std::string why = why_bad_path(path, odd); !why.empty()) reader.refuse(member, fmt::format("{} {}", what, why));
  return path;
}

std::string good_target(const MemberSource& reader, const TarMember& member, OddNames odd) {
  if (member.type == FileType::hardlink) {
    if (member.link.ends_with('/')) reader.refuse(member, "is a hard link whose target ends in a slash");
    return good_path(reader, member, member.link, odd, "is a hard link whose target");
  }
  if (member.link.empty()) reader.refuse(member, "is a symlink to nothing");
  if (member.link.size() > longest_target) reader.refuse(member, "is a symlink whose target is longer than 4095 bytes");
  return member.link;
}

/// An ACL that says only what the mode does is one that the kernel would not keep.
void drop_needless_acl(FileEntry& entry) {
  const auto acl = entry.xattrs.find(std::string(access_acl_xattr));
  if (acl == entry.xattrs.end() || !is_minimal_acl(acl->second)) return;
  if (acl_mode(acl->second) == (entry.mode & 0777U)) entry.xattrs.erase(acl);
}

}  // namespace

FileEntry entry_of(const MemberSource& reader, const TarMember& member, OddNames odd) {
  FileEntry entry;
  entry.path = good_path(reader, member, member.name, odd, "has a name that");
  entry.type = member.type;
  entry.mode = member.mode;
  entry.owner = member.owner;
  entry.size = member.size;
  entry.mtime = member.mtime;
  entry.xattrs = member.xattrs;
  if (member.type == FileType::hardlink || member.type == FileType::symlink) {
    entry.target = good_target(reader, member, odd);
  }
  if (member.type == FileType::character || member.type == FileType::block) {
    entry.dev_major = member.dev_major;
    entry.dev_minor = member.dev_minor;
  }
  if (!is_possible_time(entry.mtime)) reader.refuse(member, "has a time that no file system could hold");
  if (!is_account_name(entry.owner.user) || !is_account_name(entry.owner.group)) {
    reader.refuse(member, "has an owner whose name is no account name");
  }
  for (const auto& [name, value] : entry.xattrs) {
    if (std::string why = why_bad_xattr(name, value); !why.empty()) {
      reader.refuse(member, fmt::format("has the attribute '{}', which {}", printable(name), why));
    }
  }
  drop_needless_acl(entry);
  if (entry.type == FileType::hardlink) return entry;
  if (std::string why = why_bad_attributes(entry); !why.empty()) reader.refuse(member, printable(why));
  return entry;
}

Metadata metadata_kind(const std::string& path) {
  constexpr std::array<std::string_view, 5> of_pacman{"/.PKGINFO", "/.MTREE", "/.BUILDINFO", "/.INSTALL",
                                                      "/.CHANGELOG"};
  if (is_at_or_below(path, "/.MINIPKG")) return Metadata::minipkg;
  const bool pacman = std::find(of_pacman.begin(), of_pacman.end(), path) != of_pacman.end();
  return pacman ? Metadata::pacman : Metadata::none;
}

std::vector<std::string> special_features(const FileEntry& entry) {
  std::vector<std::string> features;
  if (entry.type == FileType::character || entry.type == FileType::block || entry.type == FileType::fifo) {
    features.emplace_back(type_name(entry.type));
  }
  if (entry.type == FileType::hardlink) return features;  // all that counts is said by the file it is a name of
  const bool has_mode = entry.type != FileType::symlink;
  if (has_mode && (entry.mode & 04000U) != 0) features.emplace_back("setuid");
  if (has_mode && (entry.mode & 02000U) != 0) features.emplace_back("setgid");
  for (const auto& [name, value] : entry.xattrs) {
    if (name == caps_xattr) {
      features.emplace_back("capabilities");
    } else if (name == access_acl_xattr || name == default_acl_xattr) {
      features.emplace_back("ACL");
    } else if (name.rfind("user.", 0) != 0) {
      features.push_back("attribute " + name);
    }
  }
  return features;
}

}  // namespace minipkg::archive
