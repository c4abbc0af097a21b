// SPDX-License-Identifier: MIT
#include "lib/base/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/reopen.hpp"
#include "lib/base/retry.hpp"

namespace minipkg {
namespace {

constexpr int to_read = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;  // O_NONBLOCK: to wait for no lease on it

/// A chroot may have no /proc to open a descriptor again through. Then the name must lead to the same file once more.
Fd open_by_name(int dirfd, const char* name, const struct stat& found, int follow) {
  Fd file(retry([&] { return ::openat(dirfd, name, to_read | follow); }));
  struct stat opened {};
  if (!file || ::fstat(file.get(), &opened) != 0) return Fd();
  if (opened.st_dev == found.st_dev && opened.st_ino == found.st_ino) return file;
  errno = ESTALE;
  return Fd();
}

}  // namespace

Fd open_regular(int dirfd, const char* name, Links links) {
  const int follow = links == Links::follow ? 0 : O_NOFOLLOW;
  const Fd found(::openat(dirfd, name, O_PATH | O_CLOEXEC | follow));
  struct stat stat {};
  if (!found || ::fstat(found.get(), &stat) != 0) return Fd();
  if (!S_ISREG(stat.st_mode)) {
    errno = S_ISDIR(stat.st_mode) ? EISDIR : EINVAL;
    return Fd();
  }
  Fd file = reopen(found.get(), to_read);
  if (!file && errno == ENOENT) return open_by_name(dirfd, name, stat, follow);
  return file;
}

}  // namespace minipkg
