// SPDX-License-Identifier: MIT
#include "signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace minipkg::cli {
namespace {

volatile std::sig_atomic_t last_signal = 0;

extern "C" void note_signal(int number) { last_signal = number; }

}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
}

int received_signal() { return last_signal; }

void ask_for_children() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &usual, nullptr);
}

void protect_standard_streams() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  sigaction(SIGXFSZ, &ignore, nullptr);  // a file that may not grow is an error like any other, EFBIG
  for (int fd = 0; fd <= 2; ++fd) {
    // Read-only also for 1 and 2: an answer that nobody gets must fail, not vanish.
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY);
  }
}

}  // namespace minipkg::cli
