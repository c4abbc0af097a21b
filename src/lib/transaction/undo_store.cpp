// SPDX-License-Identifier: MIT
#include "lib/transaction/undo_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/file_system.hpp"

namespace minipkg::transaction {
namespace {

constexpr mode_t privileged = S_ISUID | S_ISGID;
constexpr const char* capability = "security.capability";

bool took_a_file(const JournalStep& step) {
  return step.kind == StepKind::replace_file || step.kind == StepKind::remove_file ||
         step.kind == StepKind::change_type;
}

bool made_something(const JournalStep& step) {
  return step.kind == StepKind::create_file || step.kind == StepKind::create_directory;
}

/// Second names are old/N; what left by an exchange, alone or in its directory, stands where its successor was staged.
bool has_second_name(const JournalStep& step) {
  return step.kind != StepKind::change_type && step.appear == Appear::by_itself;
}

void strip(const LiveTree::Name& name, const struct stat& stat) {
  if ((stat.st_mode & (privileged | 0111U)) == 0) return;
  const Fd file(::openat(name.dirfd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!file) fail_errno("open old", name.path);
  const std::string opened = fmt::format("/proc/self/fd/{}", file.get());
  if ((stat.st_mode & privileged) != 0 && ::chmod(opened.c_str(), stat.st_mode & 07777U & ~privileged) != 0) {
    fail_errno("change mode of old", name.path);
  }
  if (::getxattr(opened.c_str(), capability, nullptr, 0) < 0) return;
  if (::removexattr(opened.c_str(), capability) != 0 && errno != ENODATA) {
    fail_errno("take capabilities off old", name.path);
  }
}

}  // namespace

std::string KeptFile::path() const { return child_path(child_path(place, os::area_directory), id + "/" + name); }

bool is_what_was_kept(const KeptFile& kept, const os::FileStat& stat, const FileEntry& promised) {
  if (kept.lasting && stat.disk.identity.ino != kept.ino) return false;
  // An undo that failed may have given it the manifest's time already.
  return os::mtime_of(stat.disk) == kept.mtime || (stat.disk.mtime_sec == promised.mtime && stat.disk.mtime_nsec == 0);
}

KeptFiles kept_files(const os::Tree& root, const std::vector<Journal>& oldest_first) {
  KeptFiles files;
  for (const Journal& journal : oldest_first) {
    const LiveTree tree(root, journal, {});
    std::vector<bool> lasting;
    for (const JournalPlace& place : journal.places) {
      const int top = root.try_directory(place.top);
      lasting.push_back(top >= 0 && has_lasting_inodes(os::file_system_of(top)));
    }
    for (std::size_t at = 0; at < journal.steps.size(); ++at) {
      const JournalStep& step = journal.steps[at];
      if (made_something(step)) files.try_emplace(step.path, std::nullopt);
      if (!took_a_file(step)) continue;
      const std::string name = has_second_name(step) ? fmt::format("old/{}", at) : "new" + tree.staged_path(at);
      files.try_emplace(step.path, KeptFile{journal.places.at(step.place).top, journal.id, name, journal.number,
                                            step.before_ino, step.before_mtime, step.old_digest, lasting[step.place]});
    }
  }
  return files;
}

namespace {

struct Aside {
  std::size_t step = 0;
  struct stat stat {};
};

std::optional<LiveTree::Name> name_of(const LiveTree& tree, std::size_t at) {
  const JournalStep& step = tree.journal().steps[at];
  if (!took_a_file(step) || !tree.area(step.place).exists()) return std::nullopt;
  return has_second_name(step) ? std::optional(tree.kept(at)) : tree.try_staged(at);
}

/// The regular files that are kept.
std::vector<Aside> kept_now(const LiveTree& tree) {
  std::vector<Aside> files;
  for (std::size_t at = 0; at < tree.journal().steps.size(); ++at) {
    const auto name = name_of(tree, at);
    if (!name) continue;
    Aside one{at, {}};
    const int looked = ::fstatat(name->dirfd, name->c_str(), &one.stat, AT_SYMLINK_NOFOLLOW);
    if (looked == 0 && S_ISREG(one.stat.st_mode)) files.push_back(std::move(one));
  }
  return files;
}

/// What got another name before it went: somebody had edited it, or put another file of the machine in its place.
std::set<std::string_view> saved_paths(const Journal& journal) {
  std::set<std::string_view> paths;
  for (const JournalStep& step : journal.steps) {
    if (step.kind == StepKind::save_file) paths.insert(step.path);
  }
  return paths;
}

}  // namespace

std::vector<std::uint64_t> lay_aside(const LiveTree& tree, const std::map<std::string, Digest>& retired) {
  constexpr std::uint64_t stat_block = 512;
  const std::vector<Aside> files = kept_now(tree);
  std::map<std::pair<dev_t, ino_t>, nlink_t> names;
  for (const Aside& one : files) ++names[{one.stat.st_dev, one.stat.st_ino}];

  const std::set<std::string_view> saved = saved_paths(tree.journal());
  std::vector<std::uint64_t> bytes(tree.journal().places.size());
  for (const Aside& one : files) {
    const JournalStep& step = tree.journal().steps[one.step];
    nlink_t& ours = names[{one.stat.st_dev, one.stat.st_ino}];
    const bool unreachable = ours >= one.stat.st_nlink;
    const auto packages_own = retired.find(step.path);
    const bool is_ours =
        packages_own != retired.end() && step.old_digest == packages_own->second && !saved.contains(step.path);
    if (unreachable || is_ours) strip(*name_of(tree, one.step), one.stat);
    // Each inode counts once, however many of its names are kept.
    if (unreachable) bytes[step.place] += static_cast<std::uint64_t>(one.stat.st_blocks) * stat_block;
    if (unreachable) ours = 0;
  }
  return bytes;
}

}  // namespace minipkg::transaction
