// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "lib/archive/member_source.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// The manifest, if the archive begins with one; pacman's .PKGINFO may stand before or behind it, and then tells its
/// digest. Reads no further. Throws Error(bad_package).
std::optional<Manifest> read_manifest(MemberSource&, OddNames, std::uint64_t most_bytes);

}  // namespace minipkg::archive
