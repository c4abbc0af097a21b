// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/plan.hpp"

namespace minipkg::os {

/// Where a name stands, whatever path, root or mount namespace it was reached by: two processes mean the same file by
/// their paths if directory, name and file are the same.
struct Spot {
  Identity directory;  ///< the deepest one that exists
  std::string name;    ///< in it; with slashes if directories are missing
  Identity file;       ///< what is there, a symlink itself; all zero: nothing
};

/// From where a path is looked up. Descriptors may be O_PATH.
struct Viewpoint {
  int root = -1;   ///< "/" and symlinks to it mean this, ".." does not leave it
  int start = -1;  ///< a relative path means what is below this
  /// Whether a name may be looked up on the file system with this device number: one that hangs would hang us.
  std::function<bool(std::uint64_t dev)> may_ask;
};

/// The spots that a path leads through: its own; if a symlink is there, the one that leads to, and so on. Component by
/// component with O_PATH: nothing is opened, no automount awakes, no magic link is followed. Ends early where it may
/// not look further; at most 40 symlinks, path_resolution(7).
std::vector<Spot> spots_of(const Viewpoint&, std::string_view path);

}  // namespace minipkg::os
