// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// Two paths that some file systems, and most people, take for one.
struct Twins {
  enum class By : std::uint8_t {
    letter_case,  ///< "README" and "Readme"
    normal_form,  ///< Unicode writes an é in two ways
  };
  std::string path, other;  ///< sorted by path bytes: `other` comes before `path`
  By by = By::letter_case;
  bool operator==(const Twins&) const = default;
};

/// The twins among the paths, each path with one that stands before it. What lies below twin directories counts only
/// once, by the directories.
std::vector<Twins> find_twins(const std::vector<FileEntry>& files);

}  // namespace minipkg
