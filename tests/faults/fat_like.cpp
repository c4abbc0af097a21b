// SPDX-License-Identifier: MIT
// A file system in user space that holds what FAT holds, for kernels without vfat: `fat_like STORE MOUNTPOINT` shows
// the directory STORE with names, bytes and times in steps of two seconds. As in fs/fat of Linux 5.10: everything
// belongs to root with mode 0755, chown(2) to another fails with EPERM and chmod(2) changes nothing; there are no
// links, special files or xattrs; renameat2(2) takes no flags; inode numbers are given anew with each mount.
#define FUSE_USE_VERSION 35
#include <dirent.h>
#include <fcntl.h>
#include <fuse.h>
#include <linux/msdos_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

namespace {

int store = -1;

/// Relative to the store, never empty.
std::string at(const char* path) { return path[1] == '\0' ? "." : path + 1; }
int result(long value) { return value < 0 ? -errno : static_cast<int>(value); }
timespec two_seconds(timespec time) { return {time.tv_sec - time.tv_sec % 2, 0}; }
int number_of(const fuse_file_info* info) { return static_cast<int>(info->fh); }

int get_attributes(const char* path, struct stat* stat, fuse_file_info*) {
  if (::fstatat(store, at(path).c_str(), stat, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  stat->st_mode = (stat->st_mode & S_IFMT) | 0755;
  stat->st_uid = stat->st_gid = 0;
  stat->st_mtim = two_seconds(stat->st_mtim);
  return 0;
}

int change_mode(const char*, mode_t mode, fuse_file_info*) { return (mode & 07000U) != 0 ? -EPERM : 0; }
int change_owner(const char*, uid_t uid, gid_t gid, fuse_file_info*) {
  const bool same = (uid == 0 || uid == static_cast<uid_t>(-1)) && (gid == 0 || gid == static_cast<gid_t>(-1));
  return same ? 0 : -EPERM;
}

int set_times(const char* path, const timespec* times, fuse_file_info*) {
  const timespec both[2] = {
      times[0], times[1].tv_nsec == UTIME_OMIT || times[1].tv_nsec == UTIME_NOW ? times[1] : two_seconds(times[1])};
  return result(::utimensat(store, at(path).c_str(), both, AT_SYMLINK_NOFOLLOW));
}

int make_directory(const char* path, mode_t) { return result(::mkdirat(store, at(path).c_str(), 0755)); }
int remove_file(const char* path) { return result(::unlinkat(store, at(path).c_str(), 0)); }
int remove_directory(const char* path) { return result(::unlinkat(store, at(path).c_str(), AT_REMOVEDIR)); }
int no_symlink(const char*, const char*) { return -EPERM; }
int no_link(const char*, const char*) { return -EPERM; }
int no_device(const char*, mode_t, dev_t) { return -EPERM; }

int rename_plainly(const char* from, const char* to, unsigned flags) {
  if (flags != 0) return -EINVAL;
  return result(::renameat(store, at(from).c_str(), store, at(to).c_str()));
}

int change_size(const char* path, off_t size, fuse_file_info*) {
  const int fd = ::openat(store, at(path).c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int done = result(::ftruncate(fd, size));
  ::close(fd);
  return done;
}

int open_with(const char* path, fuse_file_info* info, int flags) {
  const int fd = ::openat(store, at(path).c_str(), (info->flags & ~O_NOFOLLOW) | flags | O_CLOEXEC, 0755);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}
int open_file(const char* path, fuse_file_info* info) { return open_with(path, info, 0); }
int create_file(const char* path, mode_t, fuse_file_info* info) { return open_with(path, info, O_CREAT); }
int close_file(const char*, fuse_file_info* info) { return result(::close(number_of(info))); }
int sync_file(const char*, int, fuse_file_info* info) { return result(::fsync(number_of(info))); }

int read_bytes(const char*, char* bytes, std::size_t size, off_t offset, fuse_file_info* info) {
  return result(::pread(number_of(info), bytes, size, offset));
}
int write_bytes(const char*, const char* bytes, std::size_t size, off_t offset, fuse_file_info* info) {
  return result(::pwrite(number_of(info), bytes, size, offset));
}

int read_directory(const char* path, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  const int fd = ::openat(store, at(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), ::closedir);
  while (const dirent* entry = ::readdir(stream.get())) {
    fill(buffer, entry->d_name, nullptr, 0, static_cast<fuse_fill_dir_flags>(0));
  }
  return 0;
}

int file_system_figures(const char*, struct statvfs* figures) { return result(::fstatvfs(store, figures)); }

int fat_attributes(const char*, unsigned command, void*, fuse_file_info*, unsigned, void* data) {
  if (command != FAT_IOCTL_GET_ATTRIBUTES) return -ENOTTY;
  const __u32 attributes = ATTR_DIR;
  std::memcpy(data, &attributes, sizeof attributes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fat_like STORE MOUNTPOINT\n");
    return 2;
  }
  store = ::open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (store < 0) {
    std::perror(argv[1]);
    return 1;
  }
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.chmod = change_mode;
  operations.chown = change_owner;
  operations.utimens = set_times;
  operations.mkdir = make_directory;
  operations.unlink = remove_file;
  operations.rmdir = remove_directory;
  operations.symlink = no_symlink;
  operations.link = no_link;
  operations.mknod = no_device;
  operations.rename = rename_plainly;
  operations.truncate = change_size;
  operations.open = open_file;
  operations.create = create_file;
  operations.release = close_file;
  operations.fsync = sync_file;
  operations.read = read_bytes;
  operations.write = write_bytes;
  operations.readdir = read_directory;
  operations.statfs = file_system_figures;
  operations.ioctl = fat_attributes;
  char options[] = "-oallow_other,attr_timeout=0,entry_timeout=0,default_permissions", single[] = "-s";
  char* arguments[] = {argv[0], argv[2], single, options, nullptr};
  return fuse_main(4, arguments, &operations, nullptr);
}
