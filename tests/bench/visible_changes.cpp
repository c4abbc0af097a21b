// SPDX-License-Identifier: MIT
// LD_PRELOAD: notes when a program first and last changed a name in the tree that others see, and how many names. The
// same few hundred nanoseconds are added to each call of every program, which a tracer could not do.
//   VISIBLE_TREE  part of a path that tells the tree;  VISIBLE_NOTE  a file of three 64-bit numbers
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace {

struct Note {
  std::atomic<std::uint64_t> first, last, count;
};

/// Opened while the program is loaded: rpm changes its root before it does anything else.
Note* const note = [] {
  const char* const file = std::getenv("VISIBLE_NOTE");
  const int fd = file == nullptr ? -1 : ::open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return static_cast<Note*>(nullptr);
  void* const at = ::mmap(nullptr, sizeof(Note), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return at == MAP_FAILED ? nullptr : static_cast<Note*>(at);
}();

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

/// Temporary names of dpkg and rpm, and minipkg's staging areas, are nobody's but theirs.
bool is_visible(std::string_view path) {
  static const char* const tree = std::getenv("VISIBLE_TREE");
  if (tree == nullptr || path.find(tree) == path.npos) return false;
  return path.find("/.minipkg/") == path.npos && path.find(".dpkg-") == path.npos && path.find(';') == path.npos;
}

bool is_visible(int dirfd, const char* name) {
  if (*name == '/' || dirfd == AT_FDCWD) return is_visible(name);
  char link[64], path[8192];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
  const ssize_t length = ::readlink(link, path, 4000);
  if (length < 0) return false;
  std::snprintf(path + length, sizeof path - static_cast<std::size_t>(length), "/%s", name);
  return is_visible(path);
}

template <class Call>
int noted(int dirfd, const char* name, Call call) {
  if (note == nullptr || !is_visible(dirfd, name)) return call();
  const std::uint64_t before = now();
  const int result = call();
  if (result != 0) return result;
  std::uint64_t none = 0;
  note->first.compare_exchange_strong(none, before);
  note->last = now();
  ++note->count;
  return result;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define NOTED(name, dirfd, changed, parameters, ...)                     \
  extern "C" int name parameters {                                       \
    static auto* const original = real<int parameters>(#name);           \
    return noted(dirfd, changed, [&] { return original(__VA_ARGS__); }); \
  }

NOTED(rename, AT_FDCWD, to, (const char* from, const char* to) noexcept, from, to)
NOTED(renameat, dir, to, (int old, const char* from, int dir, const char* to) noexcept, old, from, dir, to)
NOTED(renameat2, dir, to, (int old, const char* from, int dir, const char* to, unsigned flags) noexcept, old, from, dir,
      to, flags)
NOTED(link, AT_FDCWD, to, (const char* from, const char* to) noexcept, from, to)
NOTED(linkat, dir, to, (int old, const char* from, int dir, const char* to, int flags) noexcept, old, from, dir, to,
      flags)
NOTED(symlink, AT_FDCWD, to, (const char* text, const char* to) noexcept, text, to)
NOTED(symlinkat, dir, to, (const char* text, int dir, const char* to) noexcept, text, dir, to)
NOTED(mkdir, AT_FDCWD, name, (const char* name, mode_t mode) noexcept, name, mode)
NOTED(mkdirat, dir, name, (int dir, const char* name, mode_t mode) noexcept, dir, name, mode)
NOTED(unlink, AT_FDCWD, name, (const char* name) noexcept, name)
NOTED(unlinkat, dir, name, (int dir, const char* name, int flags) noexcept, dir, name, flags)
NOTED(rmdir, AT_FDCWD, name, (const char* name) noexcept, name)
