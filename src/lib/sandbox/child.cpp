// SPDX-License-Identifier: MIT
#include "lib/sandbox/child.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"

namespace minipkg::sandbox {

Child::Child(const Needs& needs, const std::function<void(Channel&, Confinement)>& work) : pid_(::fork()) {
  if (pid_ < 0) fail_errno("start", "reader process");
  if (pid_ > 0) {
    channel_.become_reader();
    return;
  }
  channel_.become_writer();
  const std::array<int, 2> keep{needs.input, channel_.writers_end()};
  const Confinement confinement = confine(keep, needs.memory);
  work(channel_, confinement);
  channel_.flush();
  ::_exit(0);  // nothing of the parent's is to be destroyed or written here
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  retry([&] { return ::waitpid(pid_, nullptr, 0); });
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
