// SPDX-License-Identifier: MIT
#include "lib/foreign/regular_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace minipkg::foreign {

std::optional<std::string> read_regular(int dirfd, const char* name) {
  constexpr off_t most = off_t{256} << 20;
  const Fd fd = open_regular(dirfd, name);
  struct stat stat {};
  if (!fd || ::fstat(fd.get(), &stat) != 0 || stat.st_size > most) return std::nullopt;
  std::string text(static_cast<std::size_t>(stat.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

std::vector<std::string> entries(int directory) {
  std::vector<std::string> names;
  const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), ::closedir);
  if (stream == nullptr) {
    ::close(fd);
    return names;
  }
  while (const dirent* entry = ::readdir(stream.get())) names.emplace_back(entry->d_name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace minipkg::foreign
