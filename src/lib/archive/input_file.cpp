// SPDX-License-Identifier: MIT
#include "lib/archive/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <vector>

#include "lib/archive/format.hpp"
#include "lib/archive/limits.hpp"
#include "lib/archive/only_ours.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/read_all.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/base/reopen.hpp"
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

/// The same file, for reading only: the process that reads it must not be able to change it. Where there is no /proc
/// it stays as it is.
Fd read_only(Fd file) {
  Fd again = reopen(file.get(), O_RDONLY);
  return again ? std::move(again) : std::move(file);
}

/// Fills the buffer, if there is as much.
std::size_t read_whole(int from, const std::string& name, std::span<char> buffer) {
  const ssize_t got = read_all(from, buffer);
  if (got < 0) cannot_open(name, std::strerror(errno));
  return static_cast<std::size_t>(got);
}

Fd spool(int from, const std::string& name, const PipeRules& rules) {
  std::vector<char> buffer(std::size_t{256} * 1024);
  std::size_t got = read_whole(from, name, std::span(buffer).first(tar_block));
  if (got > 0 && rules.look_at_start) rules.look_at_start(std::span(buffer).first(got));
  Fd copy = unnamed_file(name);
  for (std::uint64_t all = got; got > 0; all += got) {
    if (all > rules.most_bytes) {
      fail(ErrorKind::bad_package, "read", name, fmt::format("more than {} bytes come", rules.most_bytes),
           limit_hint("unpacked"));
    }
    if (!write_all(copy.get(), {buffer.data(), got})) fail_errno("write a temporary copy of", name);
    got = read_whole(from, name, buffer);
  }
  return read_only(std::move(copy));
}

struct stat look_at(const Fd& fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) cannot_open(name, std::strerror(errno));
  return status;
}

/// A device is not opened even to find out that it is none: a user may have handed us a link to it.
Fd open_pipe(const std::string& name) {
  const Fd found(::open(name.c_str(), O_PATH | O_CLOEXEC));
  if (!found) cannot_open(name, std::strerror(errno));
  if (!S_ISFIFO(look_at(found, name).st_mode)) cannot_open(name, "not a file or a pipe");
  // O_NONBLOCK: one that nobody writes to must not hold us up.
  Fd fd = reopen(found.get(), O_RDONLY | O_NONBLOCK);
  if (!fd) cannot_open(name, std::strerror(errno));
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_NONBLOCK);
  return fd;
}

Fd open_named(const std::string& name) {
  Fd fd = open_regular(AT_FDCWD, name.c_str(), Links::follow);
  if (fd) return fd;
  if (errno != EINVAL) cannot_open(name, std::strerror(errno));
  return open_pipe(name);
}

}  // namespace

InputFile::InputFile(std::string name, const PipeRules& rules) : name_(std::move(name)) {
  if (name_ != "-") fd_ = open_named(name_);
  if (!fd_ || S_ISFIFO(look_at(fd_, name_).st_mode)) {
    copy(fd_ ? fd_.get() : STDIN_FILENO, rules);
  } else {
    size_ = static_cast<std::uint64_t>(look_at(fd_, name_).st_size);
  }
}

void InputFile::copy(int from, const PipeRules& rules) {
  fd_ = spool(from, name_, rules);
  size_ = static_cast<std::uint64_t>(look_at(fd_, name_).st_size);
  copied_ = true;
}

void InputFile::make_private() {
  if (copied_ || only_ours(fd_.get())) return;
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) fail_errno("read", name_, errno, ErrorKind::bad_package);
  copy(fd_.get(), {});
}

std::size_t InputFile::read_at(std::uint64_t offset, std::span<char> buffer) const {
  const ssize_t got = read_all_at(fd_.get(), offset, buffer);
  if (got < 0) fail_errno("read", name_, errno, ErrorKind::bad_package);
  return static_cast<std::size_t>(got);
}

}  // namespace minipkg::archive
