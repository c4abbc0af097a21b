// SPDX-License-Identifier: MIT
#pragma once
#include "lib/base/fd.hpp"

namespace minipkg {

enum class Links { refuse, follow };

/// Opens a regular file to read it; -1 with errno, EISDIR or EINVAL if it is none. Anything else is never opened but
/// with O_PATH: to open a tape rewinds it, to open a watchdog arms it, a fifo wakes who writes to it. `name` may be a
/// symlink put there a moment ago: unless the caller says otherwise it is not followed.
Fd open_regular(int dirfd, const char* name, Links = Links::refuse);

}  // namespace minipkg
