// SPDX-License-Identifier: MIT
#pragma once
#include "lib/base/fd.hpp"

namespace minipkg {

/// What `fd` stands for, which may be O_PATH, opened once more with these flags of open(2): by no name, so that nobody
/// can put another file in its place. -1 with errno; ENOENT where there is no /proc, as in a chroot.
Fd reopen(int fd, int flags);

}  // namespace minipkg
