// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// The .PKGINFO that makes the archive a package for pacman as well. A comment in it, which pacman passes over, says
/// the SHA-256 of the manifest's bytes: neither tar nor every compression notices a turned bit.
std::string pkginfo(const Manifest&, const Digest& manifest_bytes, std::int64_t build_date);

/// The digest in such a comment, as it stands there, or nothing.
std::optional<std::string> promised_manifest_digest(std::string_view pkginfo);

}  // namespace minipkg::archive
