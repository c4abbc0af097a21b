// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

namespace minipkg::os {

/// /proc/sys/kernel/random/boot_id: inode numbers and devices mean nothing after the next boot. "" without /proc.
std::string boot_id();

/// CLOCK_BOOTTIME in nanoseconds: it goes on in suspend and nobody sets it, like the start times of processes.
std::int64_t since_boot();

/// 16 hexadecimal digits from getrandom(2).
std::string random_id();

}  // namespace minipkg::os
