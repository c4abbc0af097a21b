// SPDX-License-Identifier: MIT
// Runs a command and counts its mutating system calls in one global order over the whole process tree (strace's
// when=N counts each call name and process apart). At a chosen one it kills everything, or lets that call fail.
//
//   interposer count OUTFILE -- COMMAND…          number of mutating calls, into OUTFILE
//   interposer kill N OUTFILE -- COMMAND…         SIGKILL to the whole tree in place of call N (from 1)
//   interposer fail N ERRNO OUTFILE -- COMMAND…   call N returns -ERRNO
//   interposer fail-from N ERRNO OUTFILE -- …     call N and all after it
//   interposer short N OUTFILE -- COMMAND…        call N, if it writes, writes half of what it was asked to
//
// OUTFILE gets one line: "<calls seen> <name of call N or ->". Exit status: the command's, 128 + signal if killed.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#if !defined(__x86_64__)
#error "the register names below are x86-64's"
#endif

namespace {

struct Call {
  long number;
  const char* name;
};

/// Everything that changes a file system, a file's content or what is durable of it.
constexpr std::array calls{
    Call{SYS_write, "write"},
    Call{SYS_pwrite64, "pwrite64"},
    Call{SYS_writev, "writev"},
    Call{SYS_pwritev, "pwritev"},
    Call{SYS_pwritev2, "pwritev2"},
    Call{SYS_truncate, "truncate"},
    Call{SYS_ftruncate, "ftruncate"},
    Call{SYS_fallocate, "fallocate"},
    Call{SYS_rename, "rename"},
    Call{SYS_renameat, "renameat"},
    Call{SYS_renameat2, "renameat2"},
    Call{SYS_link, "link"},
    Call{SYS_linkat, "linkat"},
    Call{SYS_symlink, "symlink"},
    Call{SYS_symlinkat, "symlinkat"},
    Call{SYS_unlink, "unlink"},
    Call{SYS_unlinkat, "unlinkat"},
    Call{SYS_rmdir, "rmdir"},
    Call{SYS_mkdir, "mkdir"},
    Call{SYS_mkdirat, "mkdirat"},
    Call{SYS_mknod, "mknod"},
    Call{SYS_mknodat, "mknodat"},
    Call{SYS_chmod, "chmod"},
    Call{SYS_fchmod, "fchmod"},
    Call{SYS_fchmodat, "fchmodat"},
    Call{SYS_chown, "chown"},
    Call{SYS_lchown, "lchown"},
    Call{SYS_fchown, "fchown"},
    Call{SYS_fchownat, "fchownat"},
    Call{SYS_setxattr, "setxattr"},
    Call{SYS_lsetxattr, "lsetxattr"},
    Call{SYS_fsetxattr, "fsetxattr"},
    Call{SYS_removexattr, "removexattr"},
    Call{SYS_lremovexattr, "lremovexattr"},
    Call{SYS_fremovexattr, "fremovexattr"},
    Call{SYS_utimensat, "utimensat"},
    Call{SYS_fsync, "fsync"},
    Call{SYS_fdatasync, "fdatasync"},
    Call{SYS_syncfs, "syncfs"},
    Call{SYS_sync, "sync"},
    Call{SYS_open, "open"},
    Call{SYS_openat, "openat"},
    Call{SYS_creat, "creat"},
    Call{SYS_copy_file_range, "copy_file_range"},
    Call{SYS_sendfile, "sendfile"},
    Call{SYS_ioctl, "ioctl"},
};

enum class Mode { count, kill, fail, fail_from, make_short };

struct Options {
  Mode mode = Mode::count;
  unsigned long at = 0;
  int error = 0;
  const char* out = nullptr;
  char** command = nullptr;
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(125);
}

Options parse(int argc, char** argv) {
  Options options;
  int at = 1;
  const auto next = [&]() -> const char* {
    if (at >= argc) {
      std::fprintf(stderr, "interposer: wrong usage, see its source\n");
      std::exit(125);
    }
    return argv[at++];
  };
  const std::string mode = next();
  options.mode = mode == "kill"        ? Mode::kill
                 : mode == "fail"      ? Mode::fail
                 : mode == "fail-from" ? Mode::fail_from
                 : mode == "short"     ? Mode::make_short
                                       : Mode::count;
  if (options.mode != Mode::count) options.at = std::strtoul(next(), nullptr, 10);
  if (options.mode == Mode::fail || options.mode == Mode::fail_from) options.error = std::atoi(next());
  options.out = next();
  next();  // --
  options.command = argv + at;
  return options;
}

/// Stops at the calls of the table; opening and ioctl only matter with some arguments, which the tracer looks at.
void install_filter() {
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const Call& call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no_new_privs");
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) die("seccomp");
}

const char* name_of(long number) {
  for (const Call& call : calls) {
    if (call.number == number) return call.name;
  }
  return "?";
}

bool changes_something(const user_regs_struct& regs) {
  const auto flags = [](unsigned long long value) {
    return (value & (O_CREAT | O_TRUNC)) != 0 || (value & O_TMPFILE) == O_TMPFILE;
  };
  switch (static_cast<long>(regs.orig_rax)) {
    case SYS_open:
      return flags(regs.rsi);
    case SYS_openat:
      return flags(regs.rdx);
    case SYS_ioctl:
      return regs.rsi == 0x40049409 || regs.rsi == 0x4020940d;  // FICLONE, FICLONERANGE
    case SYS_write:
      return regs.rdi > 2;  // messages change no file
    default:
      return true;
  }
}

class Tracer {
 public:
  explicit Tracer(const Options& options) : options_(options) {}

  int run();

 private:
  void stopped_at_call(pid_t);
  void write_result() const;

  const Options& options_;
  std::set<pid_t> tasks_;
  unsigned long seen_ = 0;
  const char* name_ = "-";
  bool killed_ = false;
};

void Tracer::write_result() const {
  if (std::FILE* file = std::fopen(options_.out, "w")) {
    std::fprintf(file, "%lu %s\n", seen_, name_);
    std::fclose(file);
  }
}

void Tracer::stopped_at_call(pid_t pid) {
  user_regs_struct regs{};
  if (::ptrace(PTRACE_GETREGS, pid, nullptr, &regs) != 0 || !changes_something(regs)) return;
  ++seen_;
  if (seen_ == options_.at) name_ = name_of(static_cast<long>(regs.orig_rax));
  const bool here = seen_ == options_.at;
  const bool later = options_.mode == Mode::fail_from && seen_ > options_.at;
  if (options_.mode == Mode::kill && here) {
    killed_ = true;
    for (const pid_t task : tasks_) ::kill(task, SIGKILL);
  } else if ((options_.mode == Mode::fail || options_.mode == Mode::fail_from) && (here || later)) {
    regs.orig_rax = static_cast<unsigned long long>(-1);
    regs.rax = static_cast<unsigned long long>(-static_cast<long long>(options_.error));
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &regs);
  } else if (options_.mode == Mode::make_short && here) {
    const auto call = static_cast<long>(regs.orig_rax);
    if ((call == SYS_write || call == SYS_pwrite64) && regs.rdx > 1) {
      regs.rdx /= 2;
      ::ptrace(PTRACE_SETREGS, pid, nullptr, &regs);
    }
  }
}

int Tracer::run() {
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    install_filter();
    ::execvp(options_.command[0], options_.command);
    die(options_.command[0]);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  tasks_.insert(child);
  constexpr long trace =
      PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, trace) != 0) die("ptrace");
  ::ptrace(PTRACE_CONT, child, nullptr, 0);

  int result = 0;
  while (!tasks_.empty()) {
    const pid_t pid = ::waitpid(-1, &status, __WALL);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) break;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      tasks_.erase(pid);
      continue;
    }
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    tasks_.insert(pid);
    if (event == PTRACE_EVENT_SECCOMP) stopped_at_call(pid);
    const bool deliver = event == 0 && signal != SIGTRAP && signal != SIGSTOP;
    if (!killed_) ::ptrace(PTRACE_CONT, pid, nullptr, deliver ? signal : 0);
  }
  write_result();
  return killed_ ? 128 + SIGKILL : result;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  return Tracer(options).run();
}
