// SPDX-License-Identifier: MIT
// Runs a command and counts its mutating system calls in one global order over the whole process tree (strace's
// when=N counts each call name and process apart). At a chosen one it kills everything, or lets that call fail.
//
//   interposer count OUTFILE -- COMMAND…          number of mutating calls, into OUTFILE
//   interposer list OUTFILE -- COMMAND…           their names, a line each
//   interposer kill N OUTFILE -- COMMAND…         SIGKILL to the whole tree in place of call N (from 1)
//   interposer fail N ERRNO OUTFILE -- COMMAND…   call N returns -ERRNO
//   interposer fail-from N ERRNO OUTFILE -- …     call N and all after it
//   interposer short N OUTFILE -- COMMAND…        call N, if it writes, writes half of what it was asked to
//   interposer signal N SIGNAL OUTFILE -- …       sends that signal to whoever is about to make call N
//   interposer signal-from N SIGNAL OUTFILE -- …  the same at call N and all after it
//   interposer exchange N PATH OTHER OUTFILE -- … PATH and OTHER change places right before call N; OTHER goes to PATH
//                                                 where nothing is
//   interposer exchange-during N PATH OTHER …     and change back right after it
//
// With INTERPOSER_CALLS=reading in the environment it counts the calls that read, look, open and lock instead, from
// the program's first fcntl(0, F_GETFD) on: what comes before is the loader's, which has its own way to fail.
//
// But for list, OUTFILE gets one line: "<calls seen> <name of call N or ->". Exit status: the command's, 128 + signal
// if killed.
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

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "exchange.hpp"
#include "interposer_calls.hpp"

#if !defined(__x86_64__)
#error "the register names below are x86-64's"
#endif

namespace {

enum class Mode { count, list, kill, fail, fail_from, make_short, signal, signal_from, exchange, exchange_during };
enum class Calls { changing, reading };

struct Options {
  Mode mode = Mode::count;
  unsigned long at = 0;
  Calls calls = Calls::changing;
  int error = 0;  ///< or the signal
  Exchange exchange;
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
  options.mode = mode == "kill"              ? Mode::kill
                 : mode == "fail"            ? Mode::fail
                 : mode == "fail-from"       ? Mode::fail_from
                 : mode == "short"           ? Mode::make_short
                 : mode == "signal"          ? Mode::signal
                 : mode == "signal-from"     ? Mode::signal_from
                 : mode == "list"            ? Mode::list
                 : mode == "exchange"        ? Mode::exchange
                 : mode == "exchange-during" ? Mode::exchange_during
                                             : Mode::count;
  if (options.mode > Mode::list) options.at = std::strtoul(next(), nullptr, 10);
  const bool exchanges = options.mode == Mode::exchange || options.mode == Mode::exchange_during;
  if (exchanges) options.exchange.path = next(), options.exchange.other = next();
  if (options.mode >= Mode::fail && options.mode != Mode::make_short && !exchanges) options.error = std::atoi(next());
  const char* const calls = std::getenv("INTERPOSER_CALLS");
  if (calls != nullptr && std::string(calls) == "reading") options.calls = Calls::reading;
  options.out = next();
  next();  // --
  options.command = argv + at;
  return options;
}

/// Stops at the calls of the table; opening and ioctl only matter with some arguments, which the tracer looks at.
void install_filter(Calls which) {
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  const auto trace = [&filter](const Call& call) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  };
  if (which == Calls::changing) std::for_each(calls.begin(), calls.end(), trace);
  if (which == Calls::reading) std::for_each(reading_calls.begin(), reading_calls.end(), trace);
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no_new_privs");
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) die("seccomp");
}

const char* name_of(long number) {
  for (const Call& call : calls) {
    if (call.number == number) return call.name;
  }
  for (const Call& call : reading_calls) {
    if (call.number == number) return call.name;
  }
  return "?";
}

/// Messages change no file, and the sanitizers look at memory by writing it into a pipe.
bool is_file(pid_t pid, unsigned long long fd) {
  if (fd <= 2) return false;
  std::array<char, 64> target{};
  const std::string name = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(name.c_str(), target.data(), target.size());
  return length > 0 && target[0] == '/';
}

bool reads_something(pid_t pid, const user_regs_struct& regs) {
  switch (static_cast<long>(regs.orig_rax)) {
    case SYS_fcntl:
      return regs.rsi == F_SETLK || regs.rsi == F_SETLKW || regs.rsi == F_OFD_SETLK;
    case SYS_read:
    case SYS_fstat:
      return is_file(pid, regs.rdi);
    default:
      return true;
  }
}

bool changes_something(pid_t pid, const user_regs_struct& regs) {
  const auto flags = [](unsigned long long value) {
    return (value & (O_CREAT | O_TRUNC)) != 0 || (value & O_TMPFILE) == O_TMPFILE;
  };
  switch (static_cast<long>(regs.orig_rax)) {
    case SYS_open:
      return flags(regs.rsi);
    case SYS_openat:
    case SYS_open_by_handle_at:
      return flags(regs.rdx);
    case SYS_openat2:  // open_how begins with them
      return flags(static_cast<unsigned long long>(::ptrace(PTRACE_PEEKDATA, pid, regs.rdx, nullptr)));
    case SYS_ioctl:  // FICLONE, FICLONERANGE, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR
      return regs.rsi == 0x40049409 || regs.rsi == 0x4020940d || regs.rsi == 0x40086602 || regs.rsi == 0x401c5820;
    case SYS_write:
      return is_file(pid, regs.rdi);
    default:
      return true;
  }
}

class Tracer {
 public:
  explicit Tracer(Options& options) : options_(options) {}

  int run();

 private:
  void stopped_at_call(pid_t);
  bool matters(pid_t, const user_regs_struct&);
  void write_result() const;

  Options& options_;
  std::set<pid_t> tasks_;
  unsigned long seen_ = 0;
  std::string names_;  ///< of all of them, where they are asked for
  const char* name_ = "-";
  bool killed_ = false;
  bool loaded_ = false;
  pid_t in_call_ = 0;  ///< whose call's end is waited for
};

bool Tracer::matters(pid_t pid, const user_regs_struct& regs) {
  if (options_.calls == Calls::changing) return changes_something(pid, regs);
  if (regs.orig_rax == SYS_fcntl && regs.rdi == 0 && regs.rsi == F_GETFD) loaded_ = true;
  return loaded_ && reads_something(pid, regs);
}

void Tracer::write_result() const {
  if (std::FILE* file = std::fopen(options_.out, "w")) {
    if (options_.mode == Mode::list) {
      std::fputs(names_.c_str(), file);
    } else {
      std::fprintf(file, "%lu %s\n", seen_, name_);
    }
    std::fclose(file);
  }
}

void Tracer::stopped_at_call(pid_t pid) {
  user_regs_struct regs{};
  if (::ptrace(PTRACE_GETREGS, pid, nullptr, &regs) != 0 || !matters(pid, regs)) return;
  ++seen_;
  if (options_.mode == Mode::list) names_ += std::string(name_of(static_cast<long>(regs.orig_rax))) + "\n";
  if (seen_ == options_.at) name_ = name_of(static_cast<long>(regs.orig_rax));
  const bool here = seen_ == options_.at;
  const bool from_there_on = options_.mode == Mode::fail_from || options_.mode == Mode::signal_from;
  const bool chosen = here || (from_there_on && seen_ > options_.at);
  if (options_.mode == Mode::kill && here) {
    killed_ = true;
    for (const pid_t task : tasks_) ::kill(task, SIGKILL);
  } else if ((options_.mode == Mode::signal || options_.mode == Mode::signal_from) && chosen) {
    ::kill(pid, options_.error);
  } else if ((options_.mode == Mode::fail || options_.mode == Mode::fail_from) && chosen) {
    regs.orig_rax = static_cast<unsigned long long>(-1);
    regs.rax = static_cast<unsigned long long>(-static_cast<long long>(options_.error));
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &regs);
  } else if ((options_.mode == Mode::exchange || options_.mode == Mode::exchange_during) && here) {
    options_.exchange.there();
    if (options_.mode == Mode::exchange_during) in_call_ = pid;
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
    install_filter(options_.calls);
    ::execvp(options_.command[0], options_.command);
    die(options_.command[0]);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  tasks_.insert(child);
  constexpr long trace = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                         PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD;
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
    constexpr int call_ended = SIGTRAP | 0x80;
    tasks_.insert(pid);
    if (signal == call_ended && std::exchange(in_call_, 0) == pid) options_.exchange.back();
    if (event == PTRACE_EVENT_SECCOMP) stopped_at_call(pid);
    const bool deliver = event == 0 && signal != SIGTRAP && signal != call_ended && signal != SIGSTOP;
    if (!killed_) ::ptrace(pid == in_call_ ? PTRACE_SYSCALL : PTRACE_CONT, pid, nullptr, deliver ? signal : 0);
  }
  write_result();
  return killed_ ? 128 + SIGKILL : result;
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  return Tracer(options).run();
}
