// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/fd.hpp"
#include "minipkg/plan.hpp"

/// What /proc tells of processes. Everything here may fail at any moment because the process has gone; no function
/// throws for that. Links are followed by O_PATH or statx(AT_STATX_DONT_SYNC) only: a dead file server is not asked.
namespace minipkg::os {

/// One line of /proc/PID/stat, proc_pid_stat(5).
struct ProcessStat {
  std::string comm;  ///< any bytes
  char state = '?';
  std::uint32_t ppid = 0;
  std::uint64_t flags = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot

  bool is_kernel_thread() const;
  bool has_exited() const { return state == 'Z' || state == 'X' || state == 'x'; }
};

std::optional<ProcessStat> parse_stat(std::string_view text);

/// Effective user of a /proc/PID/status text.
std::optional<std::uint32_t> parse_effective_uid(std::string_view status);

/// The names of `directory` that are numbers (processes, threads, descriptors), ascending. Nothing and errno set if
/// it cannot be read.
std::optional<std::vector<std::uint32_t>> numbered_entries(int directory);

/// Opens `number` below `directory` as a directory; for /proc/PID all later look-ups then concern this process, never
/// another one that was given its number.
Fd open_numbered(int directory, std::uint32_t number);

/// Replaces `text` by the content of a small file, or about the first `limit` bytes of one whose size a process
/// chooses. False and errno set if it cannot be read.
bool read_text(int dirfd, const char* name, std::string& text, std::size_t limit = std::string::npos);

/// The text of a link; empty if it cannot be read.
std::string link_text(int dirfd, const char* name);

/// What the link leads to, or `dirfd` itself if `name` is empty. Nothing and errno set if it cannot be followed.
std::optional<Identity> identity_through(int dirfd, const char* name);

}  // namespace minipkg::os
