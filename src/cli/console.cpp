// SPDX-License-Identifier: MIT
#include "console.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace minipkg::cli {
namespace {

constexpr const char* bold_code = "1";
constexpr const char* red_code = "1;31";
constexpr const char* yellow_code = "1;33";

void write_err(const std::string& text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

/// https://no-color.org: set and not empty.
bool color_unwanted() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

}  // namespace

Console::Console()
    : out_is_terminal_(isatty(STDOUT_FILENO) == 1),
      err_is_terminal_(isatty(STDERR_FILENO) == 1),
      color_out_(out_is_terminal_ && !color_unwanted()),
      color_err_(err_is_terminal_ && !color_unwanted()) {}

void Console::set_color(When when) {
  if (when == When::automatic) return;
  color_out_ = color_err_ = when == When::always;
}

void Console::print(std::string_view text) {
  if (write_error_ != 0) return;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) write_error_ = errno != 0 ? errno : EIO;
}

void Console::tell(std::string_view text) {
  if (!quiet_ && !json_) print(text);
}

void Console::note(std::string_view sentence) {
  if (!quiet_) write_err(fmt::format("minipkg: note: {}\n", sentence));
}

void Console::warn(std::string_view sentence) {
  write_err(fmt::format("minipkg: {} {}\n", paint("warning:", yellow_code, color_err_), sentence));
}

void Console::complain(std::string_view sentence, std::string_view hint) {
  write_err(fmt::format("{} {}\n", paint("minipkg:", red_code, color_err_), sentence));
  if (!hint.empty()) write_err(fmt::format("hint: {}\n", hint));
}

std::string Console::bold(std::string_view text) const { return paint(text, bold_code, color_out_); }

std::string Console::alert(std::string_view text) const { return paint(text, yellow_code, color_out_); }

std::size_t Console::columns() const {
  if (!out_is_terminal_) return 0;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* const value = std::getenv("COLUMNS");
  const unsigned long wanted = value == nullptr ? 0 : std::strtoul(value, nullptr, 10);
  return wanted > 0 && wanted < 10'000 ? wanted : 80;
}

void Console::clear_page() {
  if (out_is_terminal_) print("\033[H\033[2J");
}

std::string Console::paint(std::string_view text, const char* code, bool wanted) const {
  return wanted ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

bool Console::flush_or_warn() {
  bool is_lost = false;
  try {
    flush();
  } catch (const Error& error) {
    warn(error.what());
    is_lost = true;
  }
  excused_ = true;
  return !is_lost;
}

bool Console::flush() {
  if (excused_) return true;
  errno = 0;
  if (write_error_ == 0 && std::fflush(stdout) != 0) write_error_ = errno != 0 ? errno : EIO;
  if (write_error_ == EPIPE) return false;
  if (write_error_ == 0) return true;
  throw Error(ErrorKind::cannot_answer, fmt::format("cannot write 'standard output': {}", std::strerror(write_error_)));
}

}  // namespace minipkg::cli
