// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lib/archive/member_source.hpp"
#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// The member as a manifest entry, without digest. Refuses, naming archive and member, what no package may hold:
/// absolute and otherwise bad paths, links without a proper target, times that no file system could hold, attributes
/// that make no sense. (File flags are not even looked at: nobody could remove what they hold fast.)
FileEntry entry_of(const MemberSource&, const TarMember&, OddNames);

/// Where a member stands among the members that describe the package and are not installed.
enum class Metadata {
  none,     ///< is installed
  minipkg,  ///< .MINIPKG and what is below it
  pacman,   ///< .PKGINFO, .MTREE, …: metadata only in an archive that has a .PKGINFO
};
Metadata metadata_kind(const std::string& path);

/// Metadata is nothing else.
constexpr bool is_plain(FileType type) { return type == FileType::regular || type == FileType::directory; }

inline constexpr const char* manifest_path = "/.MINIPKG/manifest.json";
inline constexpr const char* pkginfo_path = "/.PKGINFO";

/// What of the entry needs the caller's consent in an archive without a manifest: "setuid", "capabilities",
/// "character device", …
std::vector<std::string> special_features(const FileEntry&);

}  // namespace minipkg::archive
