// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// What a member's headers say that libarchive's reader does not hand on as it stands there.
struct RawHeader {
  char type = 0;  ///< libarchive takes unknown ones for regular files
  std::uint16_t mode = 0;
  std::uint64_t end = 0;   ///< of the header block of the member itself, behind which there may be a sparse map
  std::uint64_t size = 0;  ///< bytes that are stored: with the sparse map if that is a part of the data
  std::optional<std::int64_t> pax_mtime;  ///< whole seconds, rounded down; libarchive errs below zero
  Xattrs acls;                            ///< libarchive mixes parts of them into the mode
};

/// Looks at all header blocks of one member (tar(5)): extensions first, then its own. Throws std::invalid_argument for
/// what libarchive would take, but quietly make something else of: fields that are no numbers, records that are there
/// twice or unsupported or contradict the header, NULs within names, sizes of what has no data. Throws
/// std::out_of_range if these are not all headers that the member has.
RawHeader check_headers(std::span<const char> headers);

/// The member's name, as far as damaged headers tell; for messages.
std::string likely_name(std::span<const char> headers);

}  // namespace minipkg::archive
