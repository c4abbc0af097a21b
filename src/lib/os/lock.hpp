// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "lib/base/fd.hpp"

namespace minipkg::os {

/// In the databases' directory. It stands there only while it is held, or after its holder was killed.
inline constexpr const char* lock_name = "lock";

/// The writers' lock: flock(2) on a 0600 file, which holds the holder's pid and command for the message. The file is
/// unlinked while the lock is held, so that none is ever stale; who waited for it looks whether it is still the one.
class WriterLock {
 public:
  /// Throws Error(locked), naming the holder, after `wait`; Error(permission).
  static WriterLock take(int dirfd, const std::string& directory, std::chrono::milliseconds wait,
                         const std::string& command);
  /// Nothing if somebody holds it, or the caller may not take it.
  static std::optional<WriterLock> try_take(int dirfd, const std::string& directory, const std::string& command);

  WriterLock(WriterLock&&) noexcept = default;
  WriterLock& operator=(WriterLock&&) = delete;  // a lock is given up by destruction only
  ~WriterLock();

 private:
  WriterLock(Fd file, Fd directory) : file_(std::move(file)), directory_(std::move(directory)) {}
  Fd file_, directory_;
};

}  // namespace minipkg::os
