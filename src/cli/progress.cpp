// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "minipkg/text.hpp"
#include "render_text.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

constexpr auto repaint_interval = std::chrono::milliseconds(100);
constexpr const char* erase_line = "\r\033[K";

bool wanted(const Context& context) {
  if (context.globals.progress != "auto") return context.globals.progress == "always";
  return context.console.err_is_terminal() && !context.console.quiet();
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

const char* label_of(Observer::Phase phase) {
  switch (phase) {
    case Observer::Phase::stage:
      return "unpacking";
    case Observer::Phase::commit:
      return "replacing";
    case Observer::Phase::record:
      return "recording";
    case Observer::Phase::sweep:
      return "tidying up";
  }
  return "";
}

}  // namespace

Progress::Progress(const Context& context) : shown_(wanted(context)) {}

Progress::~Progress() { erase(); }

void Progress::erase() {
  if (painted_) (void)std::fputs(erase_line, stderr);
  painted_ = false;
}

void Progress::phase(Phase phase, const Plan& plan) {
  label_ = label_of(phase);
  item_.clear();
  files_ = bytes_ = 0;
  const bool stages = phase == Phase::stage;
  files_total_ = stages ? plan.totals.created + plan.totals.replaced : plan.steps.size();
  bytes_total_ = stages ? plan.totals.bytes : 0;
  phase_began_ = Clock::now();
  repaint();
}

void Progress::item(const std::string& path) {
  if (!shown_) return;
  item_ = path;
  repaint();
}

void Progress::progress(std::uint64_t files, std::uint64_t bytes) {
  files_ = files;
  bytes_ = bytes;
  repaint();
}

int Progress::interrupted() { return received_signal(); }

std::string Progress::figures(Clock::time_point now) const {
  std::string text = fmt::format("{} {}/{} files", label_, files_, std::max(files_, files_total_));
  if (bytes_total_ == 0) return text;
  const double seconds = std::chrono::duration<double>(now - phase_began_).count();
  text += fmt::format("  {} of {}", size_text(bytes_), size_text(std::max(bytes_, bytes_total_)));
  if (seconds > 0.2) {
    text += fmt::format("  {}/s", size_text(static_cast<std::uint64_t>(static_cast<double>(bytes_) / seconds)));
  }
  return text;
}

void Progress::repaint() {
  const Clock::time_point now = Clock::now();
  if (!shown_ || (painted_ && now - painted_at_ < repaint_interval)) return;
  const std::string line = shortened(figures(now) + "  " + printable(item_), terminal_width() - 1);
  (void)std::fputs((erase_line + line).c_str(), stderr);
  (void)std::fflush(stderr);
  painted_ = true;
  painted_at_ = now;
}

}  // namespace minipkg::cli
