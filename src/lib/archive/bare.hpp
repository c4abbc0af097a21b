// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lib/archive/member_source.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

struct BareContent {
  std::vector<FileEntry> files;
  std::vector<std::string> special;  ///< as Package::special_files() gives them
};

/// Reads a tar without a manifest to its end and takes from it what a manifest would say, with the directories that its
/// files lie in.
BareContent scan_bare(MemberSource&, SpecialFiles, OddNames);

}  // namespace minipkg::archive
