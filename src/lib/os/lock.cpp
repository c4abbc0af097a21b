// SPDX-License-Identifier: MIT
#include "lib/os/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <thread>

#include "lib/base/fail.hpp"
#include "minipkg/text.hpp"

namespace minipkg::os {
namespace {

/// A query that finds the file takes the lock to see whether a transaction needs undoing: that is no reason to fail.
constexpr auto glance = std::chrono::milliseconds(100);
/// For a holder to write its name.
constexpr auto patience = std::chrono::milliseconds(500);
constexpr auto poll_interval = std::chrono::milliseconds(20);

bool is_still_the_lock(int file, int dirfd) {
  struct stat mine {
  }, named{};
  return ::fstat(file, &mine) == 0 && ::fstatat(dirfd, lock_name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

Fd open_lock(int dirfd) {
  Fd file(::openat(dirfd, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file) ::fchmod(file.get(), 0600);  // whatever the umask
  return file;
}

/// What the holder wrote into the file; nothing if it has not come to that yet.
std::string holder_text(int dirfd) {
  const Fd file(::openat(dirfd, lock_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  std::array<char, 512> text{};
  const ssize_t length = file ? ::pread(file.get(), text.data(), text.size(), 0) : -1;
  return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

/// Whose text stands there may have been killed, and the holder be about to write its own. A pid of another namespace
/// looks dead as well.
bool names_the_living(const std::string& text) {
  int pid = 0;
  return std::sscanf(text.c_str(), "pid %d", &pid) == 1 && (::kill(pid, 0) == 0 || errno == EPERM);
}

std::string holder(int dirfd) {
  const std::string text = holder_text(dirfd);
  return text.empty() ? "another process holds the lock" : fmt::format("held by {}", printable(text));
}

/// A descriptor that holds the lock; none if another process does.
Fd try_lock(int dirfd, const std::string& directory) {
  for (;;) {
    Fd file = open_lock(dirfd);
    if (!file) fail_errno("open", directory + "/" + lock_name);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return {};
      if (errno == EINTR) continue;
      fail_errno("lock", directory + "/" + lock_name);
    }
    if (is_still_the_lock(file.get(), dirfd)) return file;
  }
}

void name_holder(int file, const std::string& command) {
  const std::string text = fmt::format("pid {} ({})", ::getpid(), command);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, text.data(), text.size(), 0) < 0) {
    // The text serves other people's messages only; the lock itself is held.
  }
}

}  // namespace

std::optional<WriterLock> WriterLock::try_take(int dirfd, const std::string& directory, const std::string& command) {
  try {
    Fd file = try_lock(dirfd, directory);
    if (!file) return std::nullopt;
    name_holder(file.get(), command);
    return WriterLock(std::move(file), Fd(::openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC)));
  } catch (const Error&) {
    return std::nullopt;
  }
}

WriterLock WriterLock::take(int dirfd, const std::string& directory, std::chrono::milliseconds wait,
                            const std::string& command) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    if (Fd file = try_lock(dirfd, directory)) {
      name_holder(file.get(), command);
      return {std::move(file), Fd(::openat(dirfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC))};
    }
    const auto late = std::chrono::steady_clock::now() - deadline;
    if (late >= patience || (late >= glance && names_the_living(holder_text(dirfd)))) {
      fail(ErrorKind::locked, "lock", directory, holder(dirfd), "wait for it with --lock-wait SECONDS");
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

WriterLock::~WriterLock() {
  if (file_) ::unlinkat(directory_.get(), lock_name, 0);
}

}  // namespace minipkg::os
