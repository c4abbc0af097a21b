// SPDX-License-Identifier: MIT
#include "lib/restart/record_finder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "lib/os/file_handle.hpp"
#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::restart {
namespace {

/// Whether a file of device `dev` may be mapped from `mapped_dev`. On btrfs and overlayfs stat(2) gives a device number
/// of its own, without a driver, and /proc/PID/maps the file system's.
bool may_be_on(std::uint64_t dev, std::uint64_t mapped_dev) { return dev == mapped_dev || gnu_dev_major(dev) == 0; }

/// Nothing and errno set if the caller may not look, or there is nothing any more.
std::optional<Seen> look_at(int dirfd, const char* name, int flags) {
  const Fd inode(::openat(dirfd, name, O_PATH | O_CLOEXEC | flags));
  if (!inode) return std::nullopt;
  const auto identity = os::identity_through(inode.get(), "");
  if (!identity) return std::nullopt;
  Seen seen{*identity, os::handle_at(inode.get(), "").value_or(FileHandle{})};
  if (seen.handle.bytes.empty()) seen.below = os::handle_below(inode.get()).value_or(FileHandle{});
  return seen;
}

/// Whether a descriptor of /proc/PID/fd was opened by O_PATH: nothing is read through it. A scan has such ones, and
/// looks at its own process as well, and at those of other scans. The link's mode tells, proc_pid_fd(5).
bool is_path_only(int process, const char* link) {
  struct stat stat {};
  return ::fstatat(process, link, &stat, AT_SYMLINK_NOFOLLOW) == 0 && (stat.st_mode & 0700U) == 0;
}

/// What a link leads to that the caller may not follow. Its text is a path in the caller's root, or in the process's
/// if that has mounts of its own. What is found there is the very inode if it has the same number: none is given twice
/// while it is in use.
std::optional<Seen> look_by_name(const ProcessView& process, const std::string& name, std::uint64_t ino) {
  if (!name.starts_with('/')) return std::nullopt;
  auto seen = look_at(AT_FDCWD, name.c_str(), O_NOFOLLOW);
  if (seen && seen->identity.ino == ino) return seen;
  const Fd root(::openat(process.process(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root) seen = look_at(root.get(), ("." + name).c_str(), O_NOFOLLOW);
  return seen && seen->identity.ino == ino ? seen : std::nullopt;
}

}  // namespace

Outcome RecordFinder::look(const ProcessView& process, std::vector<StaleFile>& found) {
  holdings_.clear();
  is_unsure_ = false;
  judge(process, "exe", Use::executable, process.executable().dev, process.executable().ino);
  look_at_mappings(process);
  const Outcome outcome = files_ == OpenFiles::look ? look_at_open_files(process) : Outcome::looked_at;
  for (StaleFile& file : stale_files(index_, holdings_)) found.push_back(std::move(file));
  return is_unsure_ ? Outcome::unreadable : outcome;
}

void RecordFinder::look_at_mappings(const ProcessView& process) {
  // Code first: most often it spares asking about the other mappings of the same inode.
  for (const bool code : {true, false}) {
    for (const os::Mapping& mapping : process.mappings()) {
      if (mapping.executable != code || rows_with(mapping.dev, mapping.ino).empty()) continue;
      const std::string link = fmt::format("map_files/{:x}-{:x}", mapping.start, mapping.end);
      judge(process, link.c_str(), code ? Use::code : Use::data, mapping.dev, mapping.ino);
    }
  }
}

Outcome RecordFinder::look_at_open_files(const ProcessView& process) {
  const Fd directory(::openat(process.process(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto files = directory ? os::numbered_entries(directory.get()) : std::nullopt;
  if (!files) return outcome_of(errno);
  for (const std::uint32_t file : *files) {
    const std::string link = fmt::format("fd/{}", file);
    const auto identity = os::identity_through(process.process(), link.c_str());
    if (!identity || rows_with(identity->dev, identity->ino).empty()) continue;
    if (!is_path_only(process.process(), link.c_str())) {
      judge(process, link.c_str(), Use::descriptor, identity->dev, identity->ino);
    }
  }
  return Outcome::looked_at;
}

/// Takes what the link leads to into the holdings if it is a retired inode. `dev` and `ino` are what is known of it
/// without a closer look.
void RecordFinder::judge(const ProcessView& process, const char* link, Use use, std::uint64_t dev, std::uint64_t ino) {
  const auto rows = rows_with(dev, ino);
  if (rows.empty() || is_known(rows, use) || takes_by_handle(process, link, use, dev, rows)) return;
  auto seen = look_at(process.process(), link, 0);
  if (!seen && outcome_of(errno) == Outcome::nothing_there) return;
  const bool may_follow = seen.has_value();
  const std::string name = os::link_text(process.process(), link);
  if (!may_follow) seen = look_by_name(process, name, ino);
  // On btrfs the mapping's device is not the file's: what has the number may lie in another subvolume.
  const bool is_sure = may_follow || (seen && seen->identity.dev == dev);
  const Certainty certainty = is_sure ? Certainty::confirmed : Certainty::unconfirmed;
  bool may_be_stale = false;
  for (const std::size_t row : rows) {
    const RetiredInode& retired = index_.rows()[row];
    const Verdict verdict = seen ? compare(retired, *seen) : Verdict::undecided;
    if (verdict == Verdict::same) holdings_.push_back({row, use, certainty});
    if (verdict != Verdict::undecided || !may_be_on(retired.identity.dev, dev)) continue;
    may_be_stale = may_be_stale || !seen;
    if (!names_deleted_file(name, path_as_seen(retired))) continue;
    holdings_.push_back({row, use, Certainty::unconfirmed});
    return;  // the newest transaction is the likeliest
  }
  is_unsure_ = is_unsure_ || may_be_stale;
}

/// One call instead of four where it suffices: a device with a driver is one file system, on which a handle is one
/// inode.
bool RecordFinder::takes_by_handle(const ProcessView& process, const char* link, Use use, std::uint64_t dev,
                                   std::span<const std::size_t> rows) {
  if (gnu_dev_major(dev) == 0) return false;
  const auto handle = os::handle_through(process.process(), link);
  const auto row = std::find_if(rows.begin(), rows.end(), [&](std::size_t each) {
    const RetiredInode& retired = index_.rows()[each];
    return handle && retired.identity.dev == dev && retired.handle == *handle;
  });
  if (row == rows.end()) return false;
  holdings_.push_back({*row, use, Certainty::confirmed});
  return true;
}

/// The rows of those numbers that the inode may have. Where an overlay's layers are on several file systems, the upper
/// half of its numbers says on which one.
std::span<const std::size_t> RecordFinder::rows_with(std::uint64_t dev, std::uint64_t ino) const {
  const auto rows = index_.with_number(ino);
  return rows.empty() && gnu_dev_major(dev) == 0 && ino >> 32U != 0 ? index_.with_number(ino & 0xffffffffU) : rows;
}

/// Whether every one of the rows is held already, in a way as strong as `use`.
bool RecordFinder::is_known(std::span<const std::size_t> rows, Use use) const {
  return std::all_of(rows.begin(), rows.end(), [&](std::size_t row) {
    return std::any_of(holdings_.begin(), holdings_.end(),
                       [&](const Holding& holding) { return holding.row == row && holding.use <= use; });
  });
}

/// Where /proc's links say the path is: symlinks above it resolved, the root's own path before it.
std::string RecordFinder::path_as_seen(const RetiredInode& row) {
  const std::size_t slash = row.path.rfind('/');
  const std::string parent = row.path.substr(0, slash == std::string::npos ? 0 : slash + 1);
  auto [known, is_new] = parents_as_seen_.try_emplace(parent);
  if (is_new) {
    const Fd directory = os::open_in_root(root_fd_, parent, O_PATH | O_DIRECTORY);
    const std::string link = fmt::format("/proc/self/fd/{}", directory ? directory.get() : root_fd_);
    known->second = os::link_text(AT_FDCWD, link.c_str());
    if (!directory) known->second += parent;
    if (!known->second.ends_with('/')) known->second += '/';
  }
  return known->second + row.path.substr(parent.size());
}

}  // namespace minipkg::restart
