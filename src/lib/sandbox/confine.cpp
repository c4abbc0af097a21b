// SPDX-License-Identifier: MIT
#include "lib/sandbox/confine.hpp"

#include <dirent.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define MINIPKG_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MINIPKG_ASAN 1
#endif
#endif

namespace minipkg::sandbox {
namespace {

#ifdef MINIPKG_ASAN
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr unsigned nobody = 65534;
constexpr rlim_t most_stack = rlim_t{8} * 1024 * 1024;

/// A signal of the terminal goes to the whole process group; the parent decides what it means.
void leave_signals_to_the_parent() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) ::signal(signal, SIG_IGN);
  ::signal(SIGPIPE, SIG_DFL);
}

/// For a kernel before 5.9, or a container that forbids what it does not know. Where /proc is missing too, nothing is
/// known of what is open: then there is no reader.
void close_one_by_one(const std::vector<unsigned>& kept) {
  std::vector<unsigned> open;
  {
    const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir("/proc/self/fd"), ::closedir);
    if (list == nullptr) ::_exit(0);
    while (const dirent* const entry = ::readdir(list.get())) {
      if (entry->d_name[0] != '.') open.push_back(static_cast<unsigned>(std::strtoul(entry->d_name, nullptr, 10)));
    }
  }
  for (const unsigned fd : open) {
    if (std::find(kept.begin(), kept.end(), fd) == kept.end()) ::close(static_cast<int>(fd));
  }
}

void close_all_but(std::span<const int> keep) {
  std::vector<unsigned> kept(keep.begin(), keep.end());
  if (sanitized) kept.push_back(STDERR_FILENO);  // its report must be read
  std::sort(kept.begin(), kept.end());
  unsigned first = 0;
  bool closed = true;
  for (const unsigned fd : kept) {
    closed = closed && (fd <= first || ::close_range(first, fd - 1, 0) == 0);
    first = fd + 1;
  }
  if (!closed || ::close_range(first, UINT_MAX, 0) != 0) close_one_by_one(kept);
}

/// Never more than it is: the caller's own limit may be lower.
void lower_limit(__rlimit_resource_t which, rlim_t to) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0) return;
  limit.rlim_max = limit.rlim_cur = std::min(limit.rlim_cur, to);
  ::setrlimit(which, &limit);
}

/// RLIMIT_DATA counts what a process has written to, or could; the parent's share is in it already. Shared memory and
/// stacks it does not count: restrict_calls() gives no more of either, but for the stack that there is.
void limit_memory(std::size_t more) {
  if (sanitized) return;
  std::size_t pages = 0;
  std::ifstream statm("/proc/self/statm");
  for (int field = 0; field < 6; ++field) statm >> pages;
  if (!statm) pages = 0;
  const rlim_t most = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more;
  lower_limit(RLIMIT_DATA, most);
  lower_limit(RLIMIT_STACK, most_stack);
}

/// Everything is forbidden that the kernel's version of it can forbid, below every path. That version 1 denies each
/// rename to another directory is welcome here.
bool restrict_paths() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  constexpr unsigned truncate_too = 14, ioctl_too = 15;
  const unsigned known = version >= 5 ? ioctl_too : version >= 3 ? truncate_too : version == 2 ? 13 : 12;
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = (std::uint64_t{2} << known) - 1;
  const long ruleset = ::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
  if (ruleset < 0) return false;
  const bool restricted = ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  ::close(static_cast<int>(ruleset));
  return restricted;
}

/// Raw calls: glibc's wrappers would signal threads that are not here. Without the right to it, or in a user namespace
/// without a nobody, it stays what it was, without capabilities.
void become_nobody() {
  if (::geteuid() != 0) return;
  ::syscall(SYS_setgroups, 0, nullptr);
  ::syscall(SYS_setresgid, nobody, nobody, nobody);
  ::syscall(SYS_setresuid, nobody, nobody, nobody);
  __user_cap_header_struct version{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  ::syscall(SYS_capset, &version, none.data());
}

/// A list of what is allowed, because the list of what is not grows with every kernel. What is not on it fails with
/// EPERM: a library that asks for something unusual goes on without it.
bool restrict_calls() {
  constexpr std::array allowed{
      SCMP_SYS(read),
      SCMP_SYS(pread64),
      SCMP_SYS(write),
      SCMP_SYS(writev),
      SCMP_SYS(brk),
      SCMP_SYS(munmap),
      SCMP_SYS(mremap),
      SCMP_SYS(madvise),
      SCMP_SYS(futex),
      SCMP_SYS(clock_gettime),
      SCMP_SYS(gettimeofday),
      SCMP_SYS(getrandom),
      SCMP_SYS(rt_sigreturn),
      SCMP_SYS(rt_sigprocmask),
      SCMP_SYS(exit),
      SCMP_SYS(exit_group),
      SCMP_SYS(restart_syscall),
  };
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return false;
  bool good = true;
  for (const int call : allowed) good = good && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  for (const int call : {SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(close), SCMP_SYS(sigaltstack)}) {
    // The sanitizers find out with a pipe whether memory can be read.
    good = good && (!sanitized || ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0);
  }
  // A value, not SCMP_A2: that macro is a compound literal, which is C's alone.
  const scmp_arg_cmp no_new_code{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  good = good && ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_new_code) == 0;
  const std::array only_counted{no_new_code, scmp_arg_cmp{3, SCMP_CMP_MASKED_EQ, MAP_SHARED | MAP_GROWSDOWN, 0}};
  good = good && ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), only_counted.size(),
                                          only_counted.data()) == 0;
  good = good && ::seccomp_load(filter) == 0;
  ::seccomp_release(filter);
  return good;
}

}  // namespace

Confinement confine(std::span<const int> keep, std::size_t memory) {
  leave_signals_to_the_parent();
  limit_memory(memory);
  close_all_but(keep);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  Confinement confinement;
  confinement.landlock = restrict_paths();
  become_nobody();
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);  // a change of user would have cleared it
  confinement.seccomp = restrict_calls();
  return confinement;
}

}  // namespace minipkg::sandbox
