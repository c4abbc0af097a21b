// SPDX-License-Identifier: MIT
#include "lib/os/file_handle.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "lib/base/reopen.hpp"

namespace minipkg::os {
namespace {

/// Room for the largest handle the kernel gives; struct file_handle ends in a flexible array.
struct HandleRoom {
  alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> bytes{};
  file_handle* get() { return reinterpret_cast<file_handle*>(bytes.data()); }
  char* payload() { return bytes.data() + offsetof(file_handle, f_handle); }
};

std::optional<FileHandle> handle_with(int dirfd, const char* name, int flags) {
  HandleRoom room;
  room.get()->handle_bytes = MAX_HANDLE_SZ;
  int mount_id = 0;
  if (::name_to_handle_at(dirfd, name, room.get(), &mount_id, flags) != 0) return std::nullopt;
  return FileHandle{room.get()->handle_type, std::string(room.payload(), room.get()->handle_bytes)};
}

}  // namespace

std::optional<FileHandle> handle_at(int dirfd, const char* name) {
  return handle_with(dirfd, name, *name == '\0' ? AT_EMPTY_PATH : 0);
}

std::optional<FileHandle> handle_through(int dirfd, const char* link) {
  return handle_with(dirfd, link, AT_SYMLINK_FOLLOW);
}

std::optional<FileHandle> handle_below(int fd) {
  constexpr int identifier_only = 0x200;  // AT_HANDLE_FID of linux/fcntl.h; Debian 12's headers are older
  constexpr int of_overlay = 0xf8;        // OVL_FILEID_V1 of the kernel's fs/overlayfs/overlayfs.h, as all below
  constexpr std::size_t header = 24;      // padding, struct ovl_fb up to its handle of the real file
  constexpr std::size_t at_magic = 4, at_flags = 6, at_type = 7;
  constexpr char magic = '\xfb', of_upper_layer = 4;
  HandleRoom room;
  room.get()->handle_bytes = MAX_HANDLE_SZ;
  int mount_id = 0;
  const int flags = AT_EMPTY_PATH | identifier_only;
  if (::name_to_handle_at(fd, "", room.get(), &mount_id, flags) != 0) return std::nullopt;
  const std::string_view bytes(room.payload(), room.get()->handle_bytes);
  if (room.get()->handle_type != of_overlay || bytes.size() <= header || bytes[at_magic] != magic) return std::nullopt;
  if ((bytes[at_flags] & of_upper_layer) != 0) return std::nullopt;
  return FileHandle{static_cast<unsigned char>(bytes[at_type]), std::string(bytes.substr(header))};
}

Life probe_handle(int mount_fd, const FileHandle& handle) {
  if (handle.bytes.empty() || handle.bytes.size() > MAX_HANDLE_SZ) return Life::unknown;
  HandleRoom room;
  room.get()->handle_bytes = static_cast<unsigned int>(handle.bytes.size());
  room.get()->handle_type = handle.type;
  std::memcpy(room.payload(), handle.bytes.data(), handle.bytes.size());
  Fd found(::open_by_handle_at(mount_fd, room.get(), O_PATH | O_CLOEXEC));
  if (!found && errno == ESTALE) return Life::gone;
  if (!found) return errno == EPERM ? Life::unknown : Life::held;
  // A database that somebody else made may name any inode of the file system, and to open a device or a fifo does
  // things.
  struct stat stat {};
  if (::fstat(found.get(), &stat) != 0 || !S_ISREG(stat.st_mode)) return Life::unknown;
  const Fd inode = reopen(found.get(), O_RDONLY | O_NONBLOCK);
  if (!inode) return Life::held;
  found.reset();
  // Closing gives it back.
  return ::fcntl(inode.get(), F_SETLEASE, F_WRLCK) == 0 ? Life::named : Life::held;
}

namespace {

sigset_t only_sigio() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGIO);
  return set;
}

}  // namespace

LeaseSignals::LeaseSignals() {
  const sigset_t set = only_sigio();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

LeaseSignals::~LeaseSignals() {
  const sigset_t set = only_sigio();
  const timespec at_once{};
  while (sigtimedwait(&set, nullptr, &at_once) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace minipkg::os
