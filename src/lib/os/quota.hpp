// SPDX-License-Identifier: MIT
#pragma once
#include <vector>

#include "minipkg/plan.hpp"

namespace minipkg::os {

/// What quotas leave to this process's user and group on the file system of `fd`. Empty where there are none, or
/// where they cannot be asked by descriptor: quotactl_fd(2) is Linux 5.14. A project's quota is in what statvfs(3)
/// says.
std::vector<Limit> quota_limits(int fd);

}  // namespace minipkg::os
