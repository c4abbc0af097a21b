// SPDX-License-Identifier: MIT
#pragma once
#include <span>

namespace minipkg::sandbox {

/// What holds a confined process. Where the kernel lacks a layer the others still stand.
struct Confinement {
  bool landlock = false;  ///< no path leads anywhere: landlock(7), Linux 5.13
  bool seccomp = false;   ///< nothing but computing, and the descriptors that are open: seccomp(2)
};

/// Takes from this process, for good, all but the descriptors in `keep`, its memory, and the calls to read, write and
/// allocate. A process of root's becomes one of nobody's. It dies with its parent and leaves the terminal's signals to
/// it. Further memory is limited to `memory` bytes (not under the address sanitizer, which has its own ideas). What
/// the kernel lacks is left out.
Confinement confine(std::span<const int> keep, std::size_t memory);

}  // namespace minipkg::sandbox
