// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <map>

#include "lib/base/fail.hpp"
#include "lib/os/space.hpp"
#include "lib/system/system_impl.hpp"

/// How much of the way back is kept.
namespace minipkg {
namespace {

constexpr std::size_t most_transactions = 10;
constexpr std::uint64_t part_of_a_file_system = 10;  // a tenth

std::uint64_t size_of_file_system(int fd, const std::string& path) {
  struct statvfs stat {};
  if (::fstatvfs(fd, &stat) != 0) fail_errno("ask for the size of", path);
  return static_cast<std::uint64_t>(stat.f_blocks) * stat.f_frsize;
}

/// Everything from the first that goes beyond a limit.
class Limits {
 public:
  explicit Limits(const os::Tree& root) : root_(root) {}
  bool exceeded_by(const Journal& newest_first) {
    if (++transactions_ > most_transactions) return true;
    for (const JournalPlace& place : newest_first.places) {
      const int fd = root_.try_directory(place.top);
      const std::uint64_t bytes = bytes_[place.top] += place.kept_bytes;
      if (fd >= 0 && bytes > size_of_file_system(fd, root_.full_name(place.top)) / part_of_a_file_system) return true;
    }
    return false;
  }

 private:
  const os::Tree& root_;
  std::size_t transactions_ = 0;
  std::map<std::string, std::uint64_t> bytes_;
};

}  // namespace

void System::Impl::prune_by_default() {
  if (!state || !state->live()) return;
  const std::vector<Journal> newest_first = state->kept();
  Limits limits(root);
  const auto first = std::find_if(newest_first.begin(), newest_first.end(),
                                  [&](const Journal& one) { return limits.exceeded_by(one); });
  auto on = context();
  for (auto oldest = newest_first.end(); oldest != first;) transaction::prune(on, (--oldest)->number);
}

/// The plan counted on it that old files may go, oldest first, where room is short.
void System::Impl::make_room(const Plan& plan) {
  std::vector<Journal> newest_first = state->kept();
  auto on = context();
  for (const auto& [top, bytes] : plan.needed) {
    const int fd = root.try_directory(top);
    while (fd >= 0 && !newest_first.empty() && os::free_bytes(fd, root.full_name(top)) < bytes) {
      transaction::prune(on, newest_first.back().number);
      newest_first.pop_back();
    }
  }
}

std::vector<HistoryEntry> System::beyond(const Retention& retention) const {
  std::vector<HistoryEntry> beyond;
  std::uint64_t transactions = 0, bytes = 0;
  for (const HistoryEntry& entry : history()) {
    if (!entry.kept) continue;
    ++transactions;
    bytes += entry.kept_bytes;
    const bool exceeds = (retention.transactions && transactions > *retention.transactions) ||
                         (retention.bytes && bytes > *retention.bytes) ||
                         (retention.finished_since && entry.finished < *retention.finished_since);
    // What is older than one that goes, goes: nobody could get past it.
    if (exceeds || !beyond.empty()) beyond.insert(beyond.begin(), entry);
  }
  return beyond;
}

void System::prune(std::uint64_t transaction) {
  if (!impl_->lock || !impl_->state) return;
  auto on = impl_->context();
  transaction::prune(on, transaction);
}

}  // namespace minipkg
