// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace minipkg::os {

/// openat2(2), which glibc does not wrap, always O_CLOEXEC; -1 with errno. Tries again after EINTR, and some times
/// after EAGAIN (somebody renames a directory while ".." is looked up). ENOSYS where the kernel lacks it.
int try_openat2(int dirfd, const std::string& path, int flags, std::uint64_t resolve);

/// Makes try_openat2() behave as on a kernel without it: for tests of the fallbacks.
void pretend_no_openat2(bool pretend);

}  // namespace minipkg::os
