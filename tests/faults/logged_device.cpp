// SPDX-License-Identifier: MIT
// A directory of disk images that writes down all that happens to them, for loop devices over its files:
//   logged_device LOG IMAGES MOUNTPOINT
// Every write and every flush goes through to IMAGES/<name> and is appended to LOG as it is served, one by one, so that
// several images share one order. Discards are refused (no fallocate): the block layer then writes zeroes instead.
#define FUSE_USE_VERSION 31
#include <fcntl.h>
#include <fuse.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

/// tests/faults/block_log.py reads it; data follows that of a write.
struct Record {
  std::uint32_t kind, device;
  std::uint64_t offset, length;
};
enum Kind : std::uint32_t { write_kind = 1, flush_kind = 2 };

int log_fd = -1;
std::string images;

std::string image(const char* path) { return images + path; }

/// The images are called 0, 1, …
std::uint32_t device_of(const char* path) { return static_cast<std::uint32_t>(std::atoi(path + 1)); }

int descriptor(const fuse_file_info* info) { return static_cast<int>(info->fh); }

void append(Record record, const char* data) {
  // iovec has no const for what is only read.
  const std::array<iovec, 2> parts{iovec{&record, sizeof record}, iovec{const_cast<char*>(data), record.length}};
  const int count = record.kind == write_kind ? 2 : 1;
  const auto wanted = static_cast<ssize_t>(sizeof record + (count == 2 ? record.length : 0));
  if (::writev(log_fd, parts.data(), count) != wanted) std::abort();  // a log with a hole would prove nothing
}

int get_attributes(const char* path, struct stat* stat, fuse_file_info*) {
  return ::lstat(image(path).c_str(), stat) == 0 ? 0 : -errno;
}

int open_image(const char* path, fuse_file_info* info) {
  const int fd = ::open(image(path).c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int close_image(const char*, fuse_file_info* info) { return ::close(descriptor(info)) == 0 ? 0 : -errno; }

int read_image(const char*, char* data, std::size_t size, off_t offset, fuse_file_info* info) {
  const ssize_t length = ::pread(descriptor(info), data, size, offset);
  return length < 0 ? -errno : static_cast<int>(length);
}

int write_image(const char* path, const char* data, std::size_t size, off_t offset, fuse_file_info* info) {
  const ssize_t length = ::pwrite(descriptor(info), data, size, offset);
  if (length < 0) return -errno;
  append({write_kind, device_of(path), static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(length)}, data);
  return static_cast<int>(length);
}

int flush_image(const char* path, int, fuse_file_info*) {
  append({flush_kind, device_of(path), 0, 0}, nullptr);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: logged_device LOG IMAGES MOUNTPOINT\n", stderr);
    return 2;
  }
  log_fd = ::open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (log_fd < 0) {
    std::perror(argv[1]);
    return 1;
  }
  images = argv[2];
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.open = open_image;
  operations.release = close_image;
  operations.read = read_image;
  operations.write = write_image;
  operations.fsync = flush_image;
  std::array<char*, 4> arguments{argv[0], argv[3], const_cast<char*>("-f"), const_cast<char*>("-s")};
  return fuse_main(static_cast<int>(arguments.size()), arguments.data(), &operations, nullptr);
}
