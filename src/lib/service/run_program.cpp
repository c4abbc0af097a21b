// SPDX-License-Identifier: MIT
#include "lib/service/run_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "lib/base/fd.hpp"

namespace minipkg::service {
namespace {

constexpr int cannot_run = 127;

/// posix_spawn's two objects, and what they need to be given back.
class Spawn {
 public:
  explicit Spawn(int output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int number : {SIGPIPE, SIGXFSZ}) sigaddset(&usual, number);  // this program ignores them
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;
  ~Spawn() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  int start(pid_t& pid, std::vector<std::string> command, std::vector<std::string> environment) const {
    const auto pointers = [](std::vector<std::string>& words) {
      std::vector<char*> result;
      for (std::string& word : words) result.push_back(word.data());
      result.push_back(nullptr);
      return result;
    };
    const std::vector<char*> argv = pointers(command), envp = pointers(environment);
    return ::posix_spawn(&pid, argv.front(), &files_, &attributes_, argv.data(), envp.data());
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

std::string read_to_end(int fd) {
  constexpr std::size_t most = 64UL * 1024;
  std::string output;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return output;
    output.append(piece.data(), std::min(static_cast<std::size_t>(got), most - output.size()));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return cannot_run;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {cannot_run, std::strerror(errno)};
  const Fd output(ends[0]);
  Fd input(ends[1]);
  const std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "SYSTEMD_COLORS=0",
                                             "SYSTEMD_URLIFY=0",
                                             fmt::format("XDG_RUNTIME_DIR=/run/user/{}", ::geteuid())};
  pid_t pid = 0;
  const int error = Spawn(input.get()).start(pid, command, environment);
  input = Fd();
  if (error != 0) return {cannot_run, fmt::format("cannot run '{}': {}", command.front(), std::strerror(error))};
  Finished finished;
  finished.output = read_to_end(output.get());
  finished.status = wait_for(pid);
  return finished;
}

std::string first_program(const std::vector<std::string>& paths) {
  const auto found = std::find_if(paths.begin(), paths.end(),
                                  [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; });
  return found == paths.end() ? std::string() : *found;
}

}  // namespace minipkg::service
