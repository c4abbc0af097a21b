// SPDX-License-Identifier: MIT
#include "lib/os/names.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <sstream>

#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/os/resolver.hpp"

namespace minipkg::os {
namespace {

std::string read_file(const Tree& root, const char* name) {
  const auto etc = Resolver(root).resolve("/etc");
  const int dirfd = etc.unsafe.empty() ? root.try_directory(etc.canonical) : -1;
  const Fd file(dirfd < 0 ? Fd() : open_regular(dirfd, name));
  std::string text;
  std::array<char, 16384> buffer{};
  while (file) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno("read", root.full_name(std::string("/etc/") + name));
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

/// passwd(5) and group(5): the name is the first field, the number the third.
NameTable parse(const std::string& text) {
  NameTable table;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos || first == 0) continue;
    std::uint32_t id = 0;
    const char* end = line.data() + line.size();
    if (std::from_chars(line.data() + second + 1, end, id).ec == std::errc()) table.emplace(line.substr(0, first), id);
  }
  return table;
}

}  // namespace

NameTable read_users(const Tree& root) { return parse(read_file(root, "passwd")); }
NameTable read_groups(const Tree& root) { return parse(read_file(root, "group")); }

}  // namespace minipkg::os
