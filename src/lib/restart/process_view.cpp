// SPDX-License-Identifier: MIT
#include "lib/restart/process_view.hpp"

#include <fcntl.h>

#include <cerrno>

namespace minipkg::restart {

Outcome outcome_of(int error) {
  return error == ENOENT || error == ESRCH ? Outcome::nothing_there : Outcome::unreadable;
}

Outcome ProcessView::open(int proc, std::uint32_t pid) {
  pid_ = pid;
  mappings_.reset();
  executable_ = {};
  thread_.reset();
  leader_ = os::open_numbered(proc, pid);
  if (!leader_) return outcome_of(errno);
  return open_executable(proc);
}

const std::vector<os::Mapping>& ProcessView::mappings() const {
  if (!mappings_) mappings_ = reader_.read(process()) ? Outcome::looked_at : outcome_of(errno);
  return *mappings_ == Outcome::looked_at ? reader_.mappings() : none_;
}

Outcome ProcessView::open_executable(int proc) {
  auto executable = os::identity_through(process(), "exe");
  if (!executable) {
    const Outcome outcome = without_executable(errno);
    if (outcome != Outcome::looked_at) return outcome;
    executable = enter_live_thread(proc);
    if (!executable) return Outcome::nothing_there;
  }
  executable_ = *executable;
  return Outcome::looked_at;
}

/// looked_at: the leader has exited, but other threads run on.
Outcome ProcessView::without_executable(int error) const {
  std::string text;
  const auto stat = os::read_text(leader(), "stat", text) ? os::parse_stat(text) : std::nullopt;
  if (!stat || stat->is_kernel_thread() || (stat->has_exited() && stat->threads <= 1)) return Outcome::nothing_there;
  return outcome_of(error) == Outcome::unreadable ? Outcome::unreadable : Outcome::looked_at;
}

std::optional<Identity> ProcessView::enter_live_thread(int proc) {
  const Fd tasks(::openat(leader(), "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto threads = tasks ? os::numbered_entries(tasks.get()) : std::nullopt;
  if (!threads) return std::nullopt;
  for (const std::uint32_t number : *threads) {
    // Not task/TID, which has no map_files; /proc/TID is not listed, but there.
    thread_ = os::open_numbered(proc, number);
    if (!thread_) continue;
    const auto executable = os::identity_through(process(), "exe");
    if (executable) return executable;
  }
  thread_.reset();
  return std::nullopt;
}

}  // namespace minipkg::restart
