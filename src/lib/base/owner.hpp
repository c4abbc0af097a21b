// SPDX-License-Identifier: MIT
#pragma once
#include <sys/stat.h>

namespace minipkg {

/// Nobody but root and this user owns it or may write to it. In a user namespace that root is not in, root's files
/// seem to be another's: whoever owns "/".
bool is_ours_alone(const struct stat&);

}  // namespace minipkg
