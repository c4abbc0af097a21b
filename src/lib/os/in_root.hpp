// SPDX-License-Identifier: MIT
#pragma once
#include <fcntl.h>

#include <string>

#include "lib/base/fd.hpp"

namespace minipkg::os {

/// Opens `path` as a process whose root is `root_fd` would. Empty and errno set if it cannot.
Fd open_in_root(int root_fd, const std::string& path, int flags);

}  // namespace minipkg::os
