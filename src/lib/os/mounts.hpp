// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace minipkg::os {

struct Mount {
  std::uint64_t file_system = 0;  ///< device of the super block: one for all subvolumes of a btrfs
  std::string point;              ///< where it is, as this process names it
  std::string type;               ///< "ext4"
};

/// Whether looking at a path there may ask another machine, or another program, and so take for ever.
bool may_hang(std::string_view file_system_type);

/// By mount id, as statx(2) tells it.
using MountTable = std::map<std::uint64_t, Mount>;

/// A text like /proc/self/mountinfo, proc_pid_mountinfo(5). Lines that are not understood are left out.
MountTable parse_mounts(std::string_view mountinfo);

/// Those of this process; empty without /proc.
MountTable read_mounts();

/// Device and inode.
using InodeSet = std::set<std::pair<std::uint64_t, std::uint64_t>>;

/// The paths in a text like /proc/swaps, proc_swaps(5).
std::set<std::string> parse_swaps(std::string_view swaps);

/// The files and devices that the kernel swaps to; empty without /proc.
InodeSet active_swaps();

/// The kernel writes blanks in paths as three octal digits: "a\040b" is "a b".
std::string without_octal(std::string_view text);

}  // namespace minipkg::os
