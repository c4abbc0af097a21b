// SPDX-License-Identifier: MIT
#include "lib/sandbox/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"

namespace minipkg::sandbox {
namespace {

constexpr const char* reader = "reader process";
constexpr int pipe_size = 1024 * 1024;  // so that neither side waits for the other at every turn

}  // namespace

Child::Child(const Needs& needs, const std::function<void(int pipe, Confinement)>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_errno("start", reader);
  pipe_.reset(ends[0]);
  Fd theirs(ends[1]);
  ::fcntl(pipe_.get(), F_SETPIPE_SZ, pipe_size);  // a smaller one does as well
  pid_ = ::fork();
  if (pid_ < 0) fail_errno("start", reader);
  if (pid_ > 0) return;
  const std::array<int, 2> keep{needs.input, theirs.get()};
  const Confinement confinement = confine(keep, needs.memory);
  work(theirs.get(), confinement);
  ::_exit(0);  // nothing of the parent's is to be destroyed or flushed here
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  retry([&] { return ::waitpid(pid_, nullptr, 0); });
}

std::size_t Child::read(std::span<char> buffer) {
  const ssize_t got = retry([&] { return ::read(pipe_.get(), buffer.data(), buffer.size()); });
  if (got < 0) fail_errno("read from", reader);
  return static_cast<std::size_t>(got);
}

std::string Child::wait() {
  int status = 0;
  const pid_t ended = retry([&] { return ::waitpid(pid_, &status, 0); });
  pid_ = -1;
  if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return {};
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace minipkg::sandbox
