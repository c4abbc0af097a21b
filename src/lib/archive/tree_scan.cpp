// SPDX-License-Identifier: MIT
#include "lib/archive/tree_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <memory>

#include "lib/archive/entry.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/model/file_type.hpp"
#include "lib/model/path.hpp"
#include "lib/model/rules.hpp"
#include "lib/model/xattr_text.hpp"

namespace minipkg::archive {
namespace {

constexpr ErrorKind on_failure = ErrorKind::refused;

[[noreturn]] void refuse(const std::string& path, std::string_view cause) { fail(on_failure, "pack", path, cause); }

struct DirClose {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

FileType type_of(const struct stat& status, const std::string& path) {
  const FileType type = file_type_of(status.st_mode);
  if (type == FileType::socket) refuse(path, "it is a socket, which no package can hold");
  return type;
}

/// SELinux labels belong to the machine, not to the package; trusted.* to programs like overlayfs.
bool is_packed(std::string_view xattr) {
  return xattr.substr(0, 5) == "user." || xattr == caps_xattr || xattr == access_acl_xattr ||
         xattr == default_acl_xattr;
}

Xattrs read_xattrs(int fd, const std::string& path) {
  std::array<char, 65536> names{};  // XATTR_LIST_MAX
  const ssize_t length = ::flistxattr(fd, names.data(), names.size());
  if (length < 0 && errno == ENOTSUP) return {};
  if (length < 0) fail_errno("read the attributes of", path, errno, on_failure);
  Xattrs xattrs;
  std::string_view rest(names.data(), static_cast<std::size_t>(length));
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(name.size() + 1);
    if (!is_packed(name)) continue;
    std::string value(65536, '\0');  // XATTR_SIZE_MAX
    const ssize_t size = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (size < 0) fail_errno("read the attributes of", path, errno, on_failure);
    value.resize(static_cast<std::size_t>(size));
    xattrs.emplace(name, std::move(value));
  }
  return xattrs;
}

std::string link_target(int dirfd, const std::string& name, const std::string& path) {
  std::array<char, 4097> text{};
  const ssize_t length = ::readlinkat(dirfd, name.c_str(), text.data(), text.size());
  if (length < 0) fail_errno("read link", path, errno, on_failure);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

Owner owner_of(const struct stat& status, BuildOwners owners) {
  if (owners == BuildOwners::root) return {};
  const passwd* user = ::getpwuid(status.st_uid);
  const group* group = ::getgrgid(status.st_gid);
  return {user == nullptr ? "" : user->pw_name, group == nullptr ? "" : group->gr_name, status.st_uid, status.st_gid};
}

class Walk {
 public:
  Walk(std::string directory, BuildOwners owners, OddNames odd)
      : directory_(std::move(directory)), owners_(owners), odd_(odd) {}

  std::vector<FileEntry> run(int root) {
    enter(root, "");
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.entry.path < b.entry.path; });
    std::map<std::pair<dev_t, ino_t>, std::string> leaders;
    std::vector<FileEntry> entries;
    for (Found& found : found_) {
      if (found.has_more_names) {
        const auto [leader, first] = leaders.emplace(std::pair(found.dev, found.ino), found.entry.path);
        if (!first) found.entry = hard_link(found.entry.path, leader->second);
      }
      entries.push_back(std::move(found.entry));
    }
    return entries;
  }

 private:
  struct Found {
    FileEntry entry;
    dev_t dev = 0;
    ino_t ino = 0;
    bool has_more_names = false;
  };

  static FileEntry hard_link(std::string path, std::string leader) {
    FileEntry link;
    link.path = std::move(path);
    link.type = FileType::hardlink;
    link.target = std::move(leader);
    return link;
  }

  void enter(int directory, const std::string& path) {
    // Listed through a descriptor of its own: the position of a directory is shared by duplicates.
    Fd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, DirClose> list(fd ? ::fdopendir(fd.get()) : nullptr);
    if (list == nullptr) fail_errno("list directory", directory_ + path, errno, on_failure);
    fd.release();
    for (;;) {
      errno = 0;
      const dirent* next = ::readdir(list.get());
      if (next == nullptr && errno != 0) fail_errno("list directory", directory_ + path, errno, on_failure);
      if (next == nullptr) return;
      const std::string name = next->d_name;
      if (name != "." && name != "..") visit(directory, name, path + "/" + name);
    }
  }

  void visit(int directory, const std::string& name, const std::string& path) {
    const std::string full_name = directory_ + path;
    if (std::string why = why_bad_path(path, odd_); !why.empty()) refuse(full_name, "its path " + why);
    if (metadata_kind(path) != Metadata::none) refuse(full_name, "the package itself uses this name");
    struct stat status {};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      fail_errno("look at", full_name, errno, on_failure);
    }
    Found found;
    found.entry.path = path;
    found.entry.type = type_of(status, full_name);
    found.entry.mode = static_cast<std::uint16_t>(status.st_mode & 07777U);
    found.entry.owner = owner_of(status, owners_);
    found.dev = status.st_dev;
    found.ino = status.st_ino;
    found.has_more_names = found.entry.type == FileType::regular && status.st_nlink > 1;
    describe(directory, name, status, found.entry);
    if (std::string why = why_bad_attributes(found.entry); !why.empty()) refuse(full_name, "it " + why);
    found_.push_back(std::move(found));
  }

  void describe(int directory, const std::string& name, const struct stat& status, FileEntry& entry) {
    const std::string full_name = directory_ + entry.path;
    if (entry.type == FileType::symlink) entry.target = link_target(directory, name, full_name);
    if (entry.type == FileType::character || entry.type == FileType::block) {
      entry.dev_major = major(status.st_rdev);
      entry.dev_minor = minor(status.st_rdev);
    }
    if (entry.type != FileType::regular && entry.type != FileType::directory) return;
    const Fd fd = entry.type == FileType::regular
                      ? open_regular(directory, name.c_str())
                      : Fd(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat opened {};
    if (!fd || ::fstat(fd.get(), &opened) != 0) fail_errno("open", full_name, errno, on_failure);
    if (opened.st_ino != status.st_ino || opened.st_dev != status.st_dev) refuse(full_name, "it changed meanwhile");
    entry.xattrs = read_xattrs(fd.get(), full_name);
    if (entry.type == FileType::directory) return enter(fd.get(), entry.path);
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.digest = sha256_of_fd(fd.get(), full_name);
  }

  std::string directory_;
  BuildOwners owners_;
  OddNames odd_;
  std::vector<Found> found_;
};

}  // namespace

SourceTree::SourceTree(std::string directory) : directory_(std::move(directory)) {
  while (directory_.size() > 1 && directory_.back() == '/') directory_.pop_back();
  fd_.reset(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd_) fail(ErrorKind::usage, "open directory", directory_, std::strerror(errno));
}

std::vector<FileEntry> SourceTree::scan(BuildOwners owners, OddNames odd) const {
  return Walk(directory_, owners, odd).run(fd_.get());
}

void SourceTree::read(const FileEntry& entry, const std::function<void(std::span<const char>)>& sink) const {
  const std::string full_name = directory_ + entry.path;
  const Fd fd = open_regular(fd_.get(), entry.path.c_str() + 1);
  if (!fd) fail_errno("open", full_name, errno, on_failure);
  Sha256 hash;
  std::vector<char> buffer(std::size_t{256} * 1024);
  for (std::uint64_t left = entry.size; left > 0;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), std::min<std::uint64_t>(left, buffer.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno("read", full_name, errno, on_failure);
    if (got == 0) break;
    const std::span<const char> bytes(buffer.data(), static_cast<std::size_t>(got));
    hash.update(bytes);
    sink(bytes);
    left -= bytes.size();
  }
  if (hash.finish() != entry.digest) refuse(full_name, "it changed while it was packed");
}

}  // namespace minipkg::archive
