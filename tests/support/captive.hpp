// SPDX-License-Identifier: MIT
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

// What a reader that was taken over might try, for a build of minipkg with this in its reader's place. Nothing here
// does harm where it succeeds: files are those of a directory made for it, whose name the package file stands in.
namespace minipkg::captive {

/// Each attempt as "name=stopped" or "name=DONE", and how many descriptors are open.
inline std::string try_everything() {
  std::string report;
  const auto attempt = [&](const char* name, auto call) {
    errno = 0;
    const long result = static_cast<long>(call());
    const bool stopped = result < 0 && (errno == EPERM || errno == EACCES);
    report += fmt::format(" {}={}", name, stopped ? "stopped" : result < 0 ? fmt::format("errno{}", errno) : "DONE");
  };
  const auto raw = [](long number, auto... arguments) { return ::syscall(number, arguments...); };
  struct stat status {};
  std::array<char, 64> bytes{};
  iovec piece{bytes.data(), bytes.size()}, there{&report, bytes.size()};

  attempt("open", [] { return ::open("/etc/passwd", O_RDONLY); });
  attempt("open_for_writing", [] { return ::open("victim", O_WRONLY); });
  attempt("create", [] { return ::open("/tmp/minipkg-captive", O_WRONLY | O_CREAT, 0600); });
  attempt("open_directory", [] { return ::open("/", O_RDONLY | O_DIRECTORY); });
  attempt("open_path", [] { return ::open("/", O_PATH); });
  attempt("stat", [&] { return ::stat("victim", &status); });
  attempt("readlink", [&] { return ::readlink("/proc/self/exe", bytes.data(), bytes.size()); });
  attempt("mkdir", [] { return ::mkdir("made", 0700); });
  attempt("unlink", [] { return ::unlink("victim"); });
  attempt("rename", [] { return ::rename("victim", "moved"); });
  attempt("link", [] { return ::link("victim", "linked"); });
  attempt("symlink", [] { return ::symlink("victim", "pointer"); });
  attempt("mknod", [] { return ::mknod("fifo", S_IFIFO | 0600, 0); });
  attempt("chmod", [] { return ::chmod("victim", 0777); });
  attempt("chown", [] { return ::chown("victim", 1, 1); });
  attempt("setxattr", [] { return ::setxattr("victim", "user.x", "x", 1, 0); });
  attempt("utimensat", [] { return ::utimensat(AT_FDCWD, "victim", nullptr, 0); });
  attempt("truncate", [] { return ::truncate("victim", 0); });
  attempt("chdir", [] { return ::chdir("/"); });
  attempt("chroot", [] { return ::chroot("/"); });
  // With arguments from nowhere, so that it fails later if it is allowed.
  attempt("execve", [&] { return raw(SYS_execve, "/bin/true", 1L, 0L); });
  attempt("fork", [&] {
    const long child = raw(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) ::_exit(0);
    return child;
  });
  attempt("ptrace", [&] { return ::ptrace(PTRACE_ATTACH, 1, nullptr, nullptr); });
  attempt("kill", [] { return ::kill(1, 0); });
  attempt("read_memory", [&] { return ::process_vm_readv(1, &piece, 1, &there, 1, 0); });
  attempt("pidfd", [&] { return raw(SYS_pidfd_open, 1, 0); });
  attempt("socket", [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); });
  attempt("network", [] { return ::socket(AF_INET, SOCK_STREAM, 0); });
  attempt("mount", [] { return ::mount("none", "/mnt", "tmpfs", 0, nullptr); });
  attempt("unshare", [] { return ::unshare(CLONE_NEWUSER); });
  attempt("memfd", [] { return ::memfd_create("x", 0); });
  attempt("io_uring", [&] { return raw(SYS_io_uring_setup, 1, bytes.data()); });
  attempt("bpf", [&] { return raw(SYS_bpf, 0, bytes.data(), 48); });
  attempt("perf", [&] { return raw(SYS_perf_event_open, bytes.data(), 0, -1, -1, 0); });
  attempt("userfaultfd", [&] { return raw(SYS_userfaultfd, 0); });
  attempt("keyring", [&] { return raw(SYS_keyctl, 0, -3, 1); });
  attempt("open_by_handle", [&] { return raw(SYS_open_by_handle_at, AT_FDCWD, bytes.data(), O_RDONLY); });
  attempt("ioctl", [&] { return raw(SYS_ioctl, 0, 0x5412UL, bytes.data()); });
  attempt("fcntl", [] { return ::fcntl(0, F_GETFL); });
  attempt("outlive_parent", [] { return ::prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0); });
  attempt("become_root", [&] { return raw(SYS_setuid, 0); });
  attempt("new_code", [] {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
  });
  attempt("data_as_code", [] {
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
  });
  const auto map = [](std::size_t size, int flags) {
    return ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
  };
  attempt("shared_memory", [&] { return map(4096, MAP_SHARED); });
  attempt("second_stack", [&] { return map(4096, MAP_PRIVATE | MAP_GROWSDOWN); });
  constexpr std::size_t more_than_allowed = std::size_t{97} * 1024 * 1024;
  const bool much = map(more_than_allowed, MAP_PRIVATE) == 0;
  ::signal(SIGPIPE, SIG_IGN);  // the sockets that were made, if any, lead nowhere
  int open = 0, writable = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    const bool written = ::write(fd, bytes.data(), 0) == 0;
    if (written) ++writable;
    if (written || ::read(fd, bytes.data(), 0) == 0) ++open;
  }
  return report + fmt::format(" much_memory={} descriptors={} writable={}", much ? "DONE" : "stopped", open, writable);
}

}  // namespace minipkg::captive
