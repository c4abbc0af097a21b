// SPDX-License-Identifier: MIT
#include "lib/foreign/regular_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "lib/base/read_all.hpp"

namespace minipkg::foreign {

std::optional<std::string> read_regular(int dirfd, const char* name) {
  constexpr off_t most = off_t{256} << 20;
  const Fd fd = open_regular(dirfd, name);
  struct stat stat {};
  if (!fd || ::fstat(fd.get(), &stat) != 0 || stat.st_size > most) return std::nullopt;
  std::string text(static_cast<std::size_t>(stat.st_size), '\0');
  const ssize_t filled = read_all(fd.get(), text);
  if (filled < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(filled));
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
