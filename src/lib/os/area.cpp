// SPDX-License-Identifier: MIT
#include "lib/os/area.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"
#include "lib/os/file_stat.hpp"

namespace minipkg::os {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;
constexpr mode_t area_mode = 0700;

Fd open_directory(int dirfd, const std::string& name, const std::string& path) {
  Fd fd(::openat(dirfd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) fail_errno("open directory", path, errno, on_failure);
  return fd;
}

/// What was made here gets what it should have: a default ACL that the parent hands down would change the modes of
/// everything staged, and the caller's umask may have taken bits from the mode. Whoever owns the directory above may
/// have put another one at the name: what others own or may enter was not made here, and is left as it is.
void make_ours(int fd) {
  struct stat stat {};
  if (::fstat(fd, &stat) != 0 || stat.st_uid != ::geteuid() || (stat.st_mode & 0077U) != 0) return;
  ::fremovexattr(fd, "system.posix_acl_default");
  if ((stat.st_mode & 0777U) != area_mode) ::fchmod(fd, area_mode);
}

Fd make_directory(int dirfd, const std::string& name, const std::string& path) {
  if (::mkdirat(dirfd, name.c_str(), area_mode) != 0 && errno != EEXIST) {
    fail_errno("make directory", path, errno, on_failure);
  }
  Fd fd = open_directory(dirfd, name, path);
  make_ours(fd.get());
  return fd;
}

/// FAT has neither owners nor modes: whoever mounted it decided who may look.
bool is_ours(int fd, FileSystem fs) {
  if (fs == FileSystem::fat) return true;
  struct stat stat {};
  return ::fstat(fd, &stat) == 0 && stat.st_uid == ::geteuid() && (stat.st_mode & 0777U) == area_mode;
}

std::vector<std::string> names_in(int dirfd, const std::string& path) {
  Fd copy = open_directory(dirfd, ".", path);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy.get()), ::closedir);
  if (stream == nullptr) fail_errno("read directory", path, errno, on_failure);
  copy.release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

std::uint64_t mount_of(int directory, const std::string& path) { return look(directory, "", path)->mount; }

/// What lies on `mount`, the one of `dirfd`.
void remove_tree(int dirfd, const std::string& name, const std::string& path, std::uint64_t mount) {
  if (::unlinkat(dirfd, name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR && errno != EPERM) fail_errno("remove", path, errno, on_failure);
  {
    const int why = errno;
    const Fd fd(::openat(dirfd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) fail_errno("remove", path, errno == ENOTDIR ? why : errno, on_failure);
    // Whoever has a directory open that was his may move another one into it, and what is mounted there comes along.
    if (mount_of(fd.get(), path) != mount) fail(on_failure, "remove", path, "something is mounted there");
    for (const std::string& child : names_in(fd.get(), path)) remove_tree(fd.get(), child, path + "/" + child, mount);
  }
  if (::unlinkat(dirfd, name.c_str(), AT_REMOVEDIR) != 0) fail_errno("remove directory", path, errno, on_failure);
}

/// .minipkg below `top`, empty where there is none. Whoever owns the directory it lies in could have put one of his
/// own there, with other files in it.
Fd open_home(int top, const std::string& path) {
  Fd home(open_beneath(top, area_directory, O_RDONLY));
  if (home && !is_ours(home.get(), file_system_of(home.get()))) {
    fail(ErrorKind::refused, "use", path, "it is not a directory of this user with mode 0700");
  }
  return home;
}

}  // namespace

Area Area::make(const Tree& root, const std::string& top, const std::string& id) {
  const std::string path = root.full_name(top == "/" ? "" : top) + "/" + area_directory;
  const Fd home = make_directory(root.directory(top), area_directory, path);
  Area area;
  area.fs_ = file_system_of(home.get());
  if (!is_ours(home.get(), area.fs_))
    fail(ErrorKind::refused, "use", path, "it is not a directory of this user with mode 0700");
  const Fd own = make_directory(home.get(), id, path + "/" + id);
  area.sync_ = open_directory(own.get(), ".", path);
  area.staged_ = Tree(make_directory(own.get(), "new", path + "/" + id + "/new"), path + "/" + id + "/new");
  area.kept_ = make_directory(own.get(), "old", path + "/" + id + "/old");
  return area;
}

Area Area::open(const Tree& root, const std::string& top, const std::string& id) {
  Area area;
  const int there = root.try_directory(top);
  const std::string home_path = root.full_name(top == "/" ? "" : top) + "/" + area_directory;
  const Fd home = there < 0 ? Fd() : open_home(there, home_path);
  const Fd own(home ? open_beneath(home.get(), id, O_RDONLY) : -1);
  if (!own) return area;
  const std::string path = home_path + "/" + id;
  Fd staged(open_beneath(own.get(), "new", O_RDONLY));
  area.kept_ = Fd(open_beneath(own.get(), "old", O_RDONLY));
  area.sync_ = open_directory(own.get(), ".", path);
  area.fs_ = file_system_of(area.sync_.get());
  if (staged && area.kept_) area.staged_ = Tree(std::move(staged), path + "/new");
  return area;
}

void Area::remove(const Tree& root, const std::string& top, const std::string& id) {
  const int there = root.try_directory(top);
  if (there < 0) return;
  const std::string path = root.full_name(top == "/" ? "" : top) + "/" + area_directory;
  {
    const Fd home = open_home(there, path);
    if (!home) return;
    if (const Fd own(open_beneath(home.get(), id, O_RDONLY)); own) ::renameat(own.get(), "new", own.get(), "done");
    remove_tree(home.get(), id, path + "/" + id, mount_of(home.get(), path));
  }
  if (::unlinkat(there, area_directory, AT_REMOVEDIR) != 0 && errno != ENOTEMPTY && errno != EEXIST &&
      errno != ENOENT) {
    fail_errno("remove directory", path, errno, on_failure);
  }
}

void Area::remove_if_empty(const Tree& root, const std::string& top, const std::string& id) {
  const Area area = open(root, top, id);
  const std::string path = root.full_name(top);
  const bool keeps =
      area.exists() && !(names_in(area.staged_.fd(), path).empty() && names_in(area.kept(), path).empty());
  if (!keeps) remove(root, top, id);
}

void sync_file_system_of(int directory, const std::string& path) {
  sync_file_system(open_directory(directory, ".", path).get(), path);
}

void sync_file_system(int fd, const std::string& path) {
  if (retry([&] { return ::syncfs(fd); }) != 0) fail_errno("write to the disk", path, errno, on_failure);
}

}  // namespace minipkg::os
