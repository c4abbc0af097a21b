// SPDX-License-Identifier: MIT
#include "lib/signature/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

#include "lib/base/fail.hpp"
#include "lib/base/read_all.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/base/write_all.hpp"
#include "lib/os/file_system.hpp"
#include "lib/os/system_id.hpp"
#include "lib/signature/minisign.hpp"

namespace minipkg::signature {

Fd open_given(const std::string& file) {
  Fd fd = open_regular(AT_FDCWD, file.c_str(), Links::follow);
  if (!fd) fail(ErrorKind::usage, "open", file, errno == EINVAL ? "not a regular file" : std::strerror(errno));
  return fd;
}

bool read_small(int fd, std::string& text) {
  text.resize(longest_file + 1);
  const ssize_t size = read_all(fd, text);
  if (size > static_cast<ssize_t>(longest_file)) errno = EFBIG;
  const bool whole = size >= 0 && size <= static_cast<ssize_t>(longest_file);
  text.resize(whole ? static_cast<std::size_t>(size) : 0);
  return whole;
}

bool write_whole(int dirfd, const std::string& name, std::span<const char> text, mode_t mode, Existing existing) {
  const std::string temporary = ".minipkg-" + os::random_id();
  const Fd fd(::openat(dirfd, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return false;
  const auto put_in_place = [&] {
    return existing == Existing::replace ? ::renameat(dirfd, temporary.c_str(), dirfd, name.c_str())
                                         : os::rename_new(dirfd, temporary.c_str(), dirfd, name.c_str());
  };
  if (write_all(fd.get(), text) && ::fchmod(fd.get(), mode) == 0 && ::fsync(fd.get()) == 0 && put_in_place() == 0) {
    return ::fsync(dirfd) == 0;
  }
  const int why = errno;
  ::unlinkat(dirfd, temporary.c_str(), 0);
  errno = why;
  return false;
}

Place place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Place place{Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
              slash == std::string::npos ? path : path.substr(slash + 1)};
  if (!place.directory) fail(ErrorKind::usage, "open", directory, std::strerror(errno));
  return place;
}

}  // namespace minipkg::signature
