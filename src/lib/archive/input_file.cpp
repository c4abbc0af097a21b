// SPDX-License-Identifier: MIT
#include "lib/archive/input_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <vector>

#include "lib/archive/only_ours.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/write_all.hpp"

namespace minipkg::archive {
namespace {

[[noreturn]] void cannot_open(const std::string& name, std::string_view cause) {
  fail(ErrorKind::usage, "open", name, cause);
}

/// A file without a name: nobody else can open or replace it.
Fd unnamed_file(const std::string& name) {
  Fd fd(::open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) fd.reset(::memfd_create("minipkg-spool", MFD_CLOEXEC));
  if (!fd) fail_errno("make a temporary file for", name);
  return fd;
}

Fd spool(int from, const std::string& name) {
  Fd copy = unnamed_file(name);
  std::vector<char> buffer(std::size_t{256} * 1024);
  for (;;) {
    const ssize_t got = retry([&] { return ::read(from, buffer.data(), buffer.size()); });
    if (got < 0) cannot_open(name, std::strerror(errno));
    if (got == 0) return copy;
    if (!write_all(copy.get(), {buffer.data(), static_cast<std::size_t>(got)})) {
      fail_errno("write a temporary copy of", name);
    }
  }
}

struct stat look_at(const Fd& fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) cannot_open(name, std::strerror(errno));
  return status;
}

Fd open_named(const std::string& name) {
  // O_NONBLOCK: a fifo that nobody writes to must not hold us up.
  Fd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) cannot_open(name, std::strerror(errno));
  const struct stat status = look_at(fd, name);
  if (S_ISREG(status.st_mode)) return fd;
  if (S_ISDIR(status.st_mode)) cannot_open(name, std::strerror(EISDIR));
  if (!S_ISFIFO(status.st_mode)) cannot_open(name, "not a file or a pipe");
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
  return fd;
}

}  // namespace

InputFile::InputFile(std::string name) : name_(std::move(name)) {
  if (name_ != "-") fd_ = open_named(name_);
  if (!fd_ || S_ISFIFO(look_at(fd_, name_).st_mode)) {
    copy(fd_ ? fd_.get() : STDIN_FILENO);
  } else {
    size_ = static_cast<std::uint64_t>(look_at(fd_, name_).st_size);
  }
}

void InputFile::copy(int from) {
  fd_ = spool(from, name_);
  size_ = static_cast<std::uint64_t>(look_at(fd_, name_).st_size);
  copied_ = true;
}

void InputFile::make_private() {
  if (copied_ || only_ours(fd_.get())) return;
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) fail_errno("read", name_, errno, ErrorKind::bad_package);
  copy(fd_.get());
}

std::size_t InputFile::read_at(std::uint64_t offset, std::span<char> buffer) const {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got =
        ::pread(fd_.get(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno("read", name_, errno, ErrorKind::bad_package);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace minipkg::archive
