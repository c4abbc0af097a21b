// SPDX-License-Identifier: MIT
#include "lib/os/attributes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <vector>

#include "lib/base/fail.hpp"
#include "lib/base/fd.hpp"
#include "lib/base/retry.hpp"

namespace minipkg::os {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

/// What an O_PATH descriptor stands for, as a name that path calls accept and that no other user can exchange.
std::string proc_name(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

bool is_managed(std::string_view name) {
  return name.starts_with("user.") || name.starts_with("trusted.") || name == "security.capability" ||
         name.starts_with("system.posix_acl_");
}

void set_xattrs(const std::string& file, const Attributes& wanted, const OnDisk& now, const std::string& path) {
  for (const std::string& name : wanted.clear) {
    if (::removexattr(file.c_str(), name.c_str()) != 0 && errno != ENODATA) {
      fail_errno("clear xattr of", path, errno, on_failure);
    }
  }
  for (const auto& [name, value] : wanted.set) {
    const auto present = now.xattrs.find(name);
    if (present != now.xattrs.end() && present->second == value) continue;
    if (::setxattr(file.c_str(), name.c_str(), value.data(), value.size(), 0) != 0) {
      fail_errno("set xattr of", path, errno, on_failure);
    }
  }
}

std::array<timespec, 2> only_mtime(std::int64_t seconds, long nanoseconds) {
  return {timespec{0, UTIME_OMIT}, timespec{seconds, nanoseconds}};
}

bool differs_in_time(const Attributes& wanted, const OnDisk& now) {
  return wanted.mtime && (*wanted.mtime != now.mtime_sec || now.mtime_nsec != 0);
}

/// O_PATH descriptor of the file that was looked at, whatever its owner's directory holds under that name by now.
Fd open_same(int dirfd, const char* name, const OnDisk& seen, const std::string& path) {
  Fd file(::openat(dirfd, *name == '\0' ? "." : name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file) fail_errno("open", path, errno, on_failure);
  struct stat opened {};
  if (::fstat(file.get(), &opened) != 0) fail_errno("look at", path, errno, on_failure);
  if (opened.st_ino != seen.identity.ino || opened.st_dev != seen.identity.dev) {
    fail(on_failure, "change", path, "another file took its place meanwhile");
  }
  return file;
}

/// chown(2) clears setuid, setgid and capabilities, so that an equal mode must be set again after it.
struct Changes {
  bool owner, mode;
  Changes(const Attributes& wanted, const OnDisk& now)
      : owner(wanted.uid != now.uid || wanted.gid != now.gid),
        mode(wanted.mode != now.mode || (owner && (wanted.mode & 06000U) != 0)) {}
};

}  // namespace

void set_attributes(int dirfd, const char* name, const Attributes& wanted, const OnDisk& now, const std::string& path) {
  const Fd file = open_same(dirfd, name, now, path);
  const Changes changes(wanted, now);
  const bool link = now.type == FileType::symlink;
  if (changes.owner && retry([&] { return ::fchownat(file.get(), "", wanted.uid, wanted.gid, AT_EMPTY_PATH); }) != 0) {
    fail_errno("change owner of", path, errno, on_failure);
  }
  if (changes.mode && !link && retry([&] { return ::chmod(proc_name(file.get()).c_str(), wanted.mode); }) != 0) {
    fail_errno("change mode of", path, errno, on_failure);
  }
  if (!wanted.set.empty() || !wanted.clear.empty()) set_xattrs(proc_name(file.get()), wanted, now, path);
  if (differs_in_time(wanted, now)) {
    const auto times = only_mtime(*wanted.mtime, 0);
    if (::utimensat(file.get(), "", times.data(), AT_EMPTY_PATH) != 0) {
      fail_errno("change time of", path, errno, on_failure);
    }
  }
}

void set_attributes(int fd, const Attributes& wanted, const OnDisk& now, const std::string& path) {
  const Changes changes(wanted, now);
  if (changes.owner && retry([&] { return ::fchown(fd, wanted.uid, wanted.gid); }) != 0)
    fail_errno("change owner of", path, errno, on_failure);
  if (changes.mode && retry([&] { return ::fchmod(fd, wanted.mode); }) != 0)
    fail_errno("change mode of", path, errno, on_failure);
  for (const auto& [name, value] : wanted.set) {
    if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) != 0) {
      fail_errno("set xattr of", path, errno, on_failure);
    }
  }
  if (wanted.mtime) {
    const auto times = only_mtime(*wanted.mtime, 0);
    if (::futimens(fd, times.data()) != 0) fail_errno("change time of", path, errno, on_failure);
  }
}

Attributes as_held(Attributes attributes, FileSystem fs, const OnDisk& now) {
  if (fs != FileSystem::fat) return attributes;
  attributes.mode = now.mode;
  attributes.uid = now.uid;
  attributes.gid = now.gid;
  attributes.set.clear();
  attributes.clear.clear();
  return attributes;
}

Xattrs read_xattrs(int dirfd, const char* name, const std::string& path) {
  const Fd fd(::openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOENT) return {};
  if (!fd) fail_errno("open", path);
  return read_xattrs(fd.get(), path);
}

Xattrs read_xattrs(int fd, const std::string& path) {
  const std::string file = proc_name(fd);
  std::vector<char> names(65536);
  const ssize_t length = ::listxattr(file.c_str(), names.data(), names.size());
  if (length < 0 && (errno == ENOTSUP || errno == ENOENT)) return {};
  if (length < 0) fail_errno("list xattrs of", path);
  Xattrs xattrs;
  std::vector<char> value(65536);
  std::string_view rest(names.data(), static_cast<std::size_t>(length));
  while (!rest.empty()) {
    const std::string one(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(one.size() + 1);
    if (!is_managed(one)) continue;
    const ssize_t size = ::getxattr(file.c_str(), one.c_str(), value.data(), value.size());
    if (size < 0 && errno == ENODATA) continue;
    if (size < 0) fail_errno("read xattr of", path);
    xattrs[one] = std::string(value.data(), static_cast<std::size_t>(size));
  }
  return xattrs;
}

void set_mtime(int dirfd, const char* name, const OnDisk& now, std::int64_t nanoseconds, const std::string& path) {
  set_mtime(open_same(dirfd, name, now, path).get(), nanoseconds, path);
}

void set_mtime(int fd, std::int64_t nanoseconds, const std::string& path) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t rest = ((nanoseconds % second) + second) % second;
  const auto times = only_mtime((nanoseconds - rest) / second, rest);
  if (::utimensat(fd, "", times.data(), AT_EMPTY_PATH) != 0) fail_errno("restore time of", path, errno, on_failure);
}

}  // namespace minipkg::os
