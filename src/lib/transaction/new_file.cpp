// SPDX-License-Identifier: MIT
#include "lib/transaction/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

}  // namespace

NewFile::NewFile(const LiveTree::Name& staged, std::string path) : path_(std::move(path)) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  fd_.reset(retry([&] { return ::openat(staged.dirfd, staged.c_str(), flags, 0600); }));
  if (!fd_) fail_errno("create", staged.path, errno, on_failure);
}

void NewFile::write(std::uint64_t offset, std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t put =
        retry([&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (put < 0) fail_errno("write", path_, errno, on_failure);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  written_ = offset;
}

void NewFile::extend(std::uint64_t size) {
  if (written_ < size && retry([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }) != 0) {
    fail_errno("extend", path_, errno, on_failure);
  }
}

}  // namespace minipkg::transaction
