// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// What `minipkg build --manifest` says of one path of the tree; all else is taken from the disk.
struct FileOverride {
  std::string path;
  std::optional<std::string> user, group;
  std::optional<std::uint32_t> uid, gid;
  std::optional<std::uint16_t> mode;
  Xattrs xattrs;      ///< "caps", "acl", "xattrs": added, and before those of the disk
  std::string extra;  ///< "role", "config", …
};

struct PartialManifest {
  Manifest description;  ///< no files
  std::vector<FileOverride> files;
};

/// Like parse_manifest(), but no member is required, and what is said of a file is only what overrides the disk.
PartialManifest parse_partial_manifest(std::string_view json, const std::string& where);

/// Puts the overrides into entries that were taken from the disk. Throws Error(bad_package) for a path that is not
/// there or an attribute that does not fit it.
void apply_overrides(const PartialManifest&, std::vector<FileEntry>& files, const std::string& where);

}  // namespace minipkg
