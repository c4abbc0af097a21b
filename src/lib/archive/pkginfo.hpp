// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// The .PKGINFO that makes the archive a package for pacman as well; PKGINFO(5) of makepkg.
std::string pkginfo(const Manifest&, std::int64_t build_date);

}  // namespace minipkg::archive
