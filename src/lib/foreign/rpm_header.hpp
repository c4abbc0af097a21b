// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minipkg::foreign {

/// What is wanted of a package's header as rpm keeps it in its database: two counts, an index of 16 bytes an entry, and
/// the data, all numbers big-endian (rpm's docs/manual/hregions.md, lib/header.c).
struct RpmHeader {
  std::string package;
  std::string version;                                ///< "epoch:version-release", the epoch only where there is one
  std::vector<std::string_view> basenames, dirnames;  ///< of the bytes that were parsed
  std::vector<std::uint32_t> dirindexes;

  /// Of the file with this number; nothing if there is none.
  std::optional<std::string> path(std::uint64_t index) const;
};

/// Nothing if any count or offset leads out of `blob`, or it has no name or version.
std::optional<RpmHeader> parse_rpm_header(std::string_view blob);

}  // namespace minipkg::foreign
