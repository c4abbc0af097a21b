// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

// What names, versions and attributes may be. Each why_ function gives the reason for a refusal, or nothing.
namespace minipkg {

bool is_version_scheme(std::string_view);

/// Name, version and architecture of the manifest: "name is missing", "version has a space, …".
std::string why_bad_identity(const Manifest&);

/// Names of users and groups. An empty one is good: the number counts then.
bool is_account_name(std::string_view);

/// Whether any file system of Linux could hold it: 1901-12-13 … 2446-05-10, what ext4 has bits for.
bool is_possible_time(std::int64_t seconds);

/// "has no known name space", "is no valid ACL", …
std::string why_bad_xattr(std::string_view name, std::string_view value);

/// Attributes against the rest of the entry: an ACL that contradicts the mode, user.* on a symlink, …
std::string why_bad_attributes(const FileEntry&);

}  // namespace minipkg
