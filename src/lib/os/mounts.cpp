// SPDX-License-Identifier: MIT
#include "lib/os/mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "lib/os/procfs.hpp"

namespace minipkg::os {
namespace {

std::string_view next(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view found = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return found;
}

bool number(std::string_view text, std::uint64_t& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool is_octal(std::string_view digits) {
  return digits.size() == 3 && digits.find_first_not_of("01234567") == std::string_view::npos;
}

}  // namespace

std::string without_octal(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view digits = text.substr(at + 1, 3);
    if (text[at] == '\\' && is_octal(digits)) {
      plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

bool may_hang(std::string_view file_system_type) {
  constexpr std::array<std::string_view, 10> types{"fuse", "fuseblk", "nfs", "nfs4", "cifs",
                                                   "smb3", "9p",      "afs", "ceph", "autofs"};
  return file_system_type.starts_with("fuse.") ||
         std::find(types.begin(), types.end(), file_system_type) != types.end();
}

/// "36 35 98:0 /mnt1 /mnt2 rw,noatime … - ext4 …": id, parent, device, what of it, where, and its type.
MountTable parse_mounts(std::string_view mountinfo) {
  MountTable mounts;
  while (!mountinfo.empty()) {
    std::string_view line = next(mountinfo, '\n');
    std::uint64_t id = 0, major = 0, minor = 0;
    const bool known = number(next(line, ' '), id);
    next(line, ' ');
    std::string_view device = next(line, ' ');
    if (!known || !number(next(device, ':'), major) || !number(device, minor)) continue;
    next(line, ' ');
    Mount& mount = mounts[id];
    mount.file_system = makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor));
    mount.point = without_octal(next(line, ' '));
    const std::size_t dash = line.find(" - ");  // behind the options, and any number of optional fields
    if (dash == std::string_view::npos) continue;
    line.remove_prefix(dash + 3);
    mount.type = next(line, ' ');
  }
  return mounts;
}

MountTable read_mounts() {
  std::string text;
  return read_text(AT_FDCWD, "/proc/self/mountinfo", text) ? parse_mounts(text) : MountTable();
}

std::set<std::string> parse_swaps(std::string_view swaps) {
  std::set<std::string> paths;
  next(swaps, '\n');  // the heading
  while (!swaps.empty()) {
    std::string_view line = next(swaps, '\n');
    if (line.starts_with('/')) paths.insert(without_octal(next(line, ' ')));
  }
  return paths;
}

InodeSet active_swaps() {
  InodeSet inodes;
  std::string text;
  if (!read_text(AT_FDCWD, "/proc/swaps", text)) return inodes;
  for (const std::string& path : parse_swaps(text)) {
    struct stat stat {};
    if (::stat(path.c_str(), &stat) == 0) inodes.emplace(stat.st_dev, stat.st_ino);
  }
  return inodes;
}

}  // namespace minipkg::os
