// SPDX-License-Identifier: MIT
#include "lib/sandbox/child.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"

namespace minipkg::sandbox {

namespace {

/// Nothing of the parent's is to be destroyed or written here, nor is an exception to find its way into the parent's
/// code: that is an end by a signal.
[[noreturn]] void run(Channel& channel, const Child::Needs& needs, const Child::Work& work) noexcept {
  channel.become_writer();
  const std::array<int, 2> keep{needs.input, channel.writers_end()};
  work(channel, confine(keep, needs.memory));
  channel.flush();
  ::_exit(0);
}

}  // namespace

Child::Child(const Needs& needs, const Work& work) : pid_(::fork()) {
  if (pid_ < 0) fail_errno("start", "reader process");
  if (pid_ > 0) {
    channel_.become_reader();
    return;
  }
  run(channel_, needs, work);
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  retry([&] { return ::waitpid(pid_, nullptr, 0); });
}

std::string Child::end() {
  int status = 0;
  // Changes nothing for one that is at its end: its status stands before its socket is closed.
  ::kill(pid_, SIGKILL);
  const pid_t ended = retry([&] { return ::waitpid(pid_, &status, 0); });
  pid_ = -1;
  if (channel_.is_nonsense()) return "answered nonsense";
  if (ended < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return {};
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace minipkg::sandbox
