// SPDX-License-Identifier: MIT
#pragma once
#include <string>

namespace minipkg::os {

/// /proc/sys/kernel/random/boot_id: inode numbers and devices mean nothing after the next boot. "" without /proc.
std::string boot_id();

/// 16 hexadecimal digits from getrandom(2).
std::string random_id();

}  // namespace minipkg::os
