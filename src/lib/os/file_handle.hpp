// SPDX-License-Identifier: MIT
#pragma once
#include <csignal>
#include <optional>

#include "lib/model/retired.hpp"

namespace minipkg::os {

/// Handle of `name` in `dirfd`, never following a symlink; of `dirfd` itself if `name` is empty (AT_EMPTY_PATH).
/// Nothing where the file system has no handles or the caller may not ask. name_to_handle_at(2).
std::optional<FileHandle> handle_at(int dirfd, const char* name);
/// Of what a link of /proc leads to.
std::optional<FileHandle> handle_through(int dirfd, const char* link);

/// Of an O_PATH descriptor on overlayfs: the handle that the file below has in its own file system, as long as it has
/// not been copied up. Nothing on others, and before Linux 6.6 (AT_HANDLE_FID).
std::optional<FileHandle> handle_below(int fd);

enum class Life {
  gone,   ///< nobody has it open, mapped or named
  named,  ///< nobody has it open or mapped: only names keep it, such as those of the undo store
  held,   ///< somebody has, or may have, it open or mapped
  unknown,
};

/// Asks the file system of `mount_fd` (any non-O_PATH descriptor on it) whether a regular file still exists: ESTALE
/// means it is gone. Otherwise a write lease tells, which is granted only while nobody else has the inode open or
/// mapped, and is given back at once. Needs CAP_DAC_READ_SEARCH in the initial user namespace; otherwise unknown.
/// Keep SIGIO blocked (LeaseSignals): whoever opens the file in that moment would cause it. open_by_handle_at(2),
/// F_SETLEASE in fcntl(2).
Life probe_handle(int mount_fd, const FileHandle&);

/// Blocks SIGIO while leases are taken, and forgets one that came.
class LeaseSignals {
 public:
  LeaseSignals();
  LeaseSignals(const LeaseSignals&) = delete;
  LeaseSignals& operator=(const LeaseSignals&) = delete;
  ~LeaseSignals();

 private:
  sigset_t before_{};
};

}  // namespace minipkg::os
