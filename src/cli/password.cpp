// SPDX-License-Identifier: MIT
#include "password.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "minipkg/error.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

bool on_terminal() { return ::isatty(STDIN_FILENO) == 1; }

/// Whoever stops us gets his terminal back with echo: signals are heard only where it can be given back.
class WithoutEcho {
 public:
  WithoutEcho() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &signals_);
    changed_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    ::sigprocmask(SIG_SETMASK, &signals_, nullptr);
  }

  /// Until a line is typed. Throws Error(interrupted).
  void wait_for_a_line() const {
    sigset_t unheard = signals_;
    for (const int stop : {SIGTSTP, SIGQUIT}) sigaddset(&unheard, stop);
    pollfd typed{STDIN_FILENO, POLLIN, 0};
    while (::ppoll(&typed, 1, nullptr, &unheard) < 0 && errno == EINTR) {
      if (const int signal = received_signal()) {
        std::fprintf(stderr, "\n");
        throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}; nothing was changed", signal));
      }
    }
  }

 private:
  termios before_{};
  sigset_t signals_{};
  bool changed_ = false;
};

/// Byte by byte: what stands behind the line is not ours, and no buffer keeps a copy.
Password read_line() {
  Password password;
  for (char byte = 0;;) {
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorKind::usage, fmt::format("cannot read 'a password': {}", std::strerror(errno)));
    if (got == 0 && password.text().empty()) {
      throw Error(ErrorKind::usage, "cannot read 'a password': standard input is at its end",
                  "give it as a line of standard input, or on a terminal");
    }
    if (got == 0 || byte == '\n') break;
    if (!password.append(byte)) throw Error(ErrorKind::usage, "cannot use 'a password': it is longer than 1023 bytes");
  }
  if (password.text().ends_with('\r')) password.drop_last();
  return password;
}

Password ask(const char* prompt) {
  if (!on_terminal()) return read_line();
  catch_signals();
  const WithoutEcho quiet;  // which drops what was typed before, so the question comes after it
  std::fprintf(stderr, "%s", prompt);
  quiet.wait_for_a_line();
  Password password = read_line();
  std::fprintf(stderr, "\n");
  return password;
}

}  // namespace

Password ask_password() { return ask("Password of the secret key: "); }

Password ask_new_password() {
  Password password = ask("Password for the secret key: ");
  if (on_terminal() && ask("The same again: ").text() != password.text()) {
    throw Error(ErrorKind::usage, "cannot use 'a password': the second was another one");
  }
  return password;
}

}  // namespace minipkg::cli
