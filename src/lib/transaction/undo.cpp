// SPDX-License-Identifier: MIT
#include "lib/transaction/undo.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "lib/base/fail.hpp"
#include "lib/os/attributes.hpp"
#include "minipkg/text.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::needs_recover;

class Undoer {
 public:
  explicit Undoer(const LiveTree& tree) : tree_(tree) {}

  void step(std::size_t at);
  void restore_times();
  std::vector<std::string> left;

 private:
  void created(const JournalStep&, const std::string& path, std::uint64_t inode);
  void replaced(std::size_t at, const JournalStep&);
  void changed_type(std::size_t at, const JournalStep&);
  void changed_attributes(const JournalStep&);
  void removed_file(std::size_t at, const JournalStep&);
  void removed_directory(std::size_t at, const JournalStep&);
  bool is_kept(std::size_t at) const;
  void leave(const LiveTree::Name& name) {
    left.push_back(fmt::format("'{}' is not what minipkg put there: left as it is", printable(name.path)));
  }

  const LiveTree& tree_;
};

void Undoer::step(std::size_t at) {
  const JournalStep& step = tree_.journal().steps[at];
  switch (step.kind) {
    case StepKind::create_directory:
    case StepKind::create_file:
      return created(step, step.path, step.staged_ino);
    case StepKind::save_file:
      return created(step, step.save_as, step.staged_ino);
    case StepKind::replace_file:
      return replaced(at, step);
    case StepKind::change_type:
      return changed_type(at, step);
    case StepKind::set_attributes:
      return changed_attributes(step);
    case StepKind::remove_file:
      return removed_file(at, step);
    case StepKind::remove_directory:
      return removed_directory(at, step);
  }
}

void Undoer::created(const JournalStep& step, const std::string& path, std::uint64_t inode) {
  const auto live = tree_.try_live(path);
  const auto now = live ? look(*live) : std::nullopt;
  if (!now || now->disk.identity.ino != inode) return;
  const int flags = now->disk.type == FileType::directory ? AT_REMOVEDIR : 0;
  if (::unlinkat(live->dirfd, live->c_str(), flags) != 0) {
    if (errno != ENOTEMPTY && errno != EEXIST) fail_errno("remove", live->path, errno, on_failure);
    leave(*live);
  }
  if (step.kind == StepKind::create_directory) tree_.root().forget();
}

bool Undoer::is_kept(std::size_t at) const {
  return tree_.area(tree_.journal().steps[at].place).exists() && look(tree_.kept(at)).has_value();
}

void Undoer::replaced(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  const auto now = live ? look(*live) : std::nullopt;
  if (!live || !is_kept(at)) return;
  if (now && now->disk.identity.ino != step.staged_ino) {
    if (now->disk.identity != look(tree_.kept(at))->disk.identity) leave(*live);
    return;
  }
  const LiveTree::Name kept = tree_.kept(at);
  if (::renameat(kept.dirfd, kept.c_str(), live->dirfd, live->c_str()) != 0) {
    fail_errno("restore", live->path, errno, on_failure);
  }
}

void Undoer::changed_type(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  const auto now = live ? look(*live) : std::nullopt;
  if (!now || now->disk.identity.ino != step.staged_ino) return;
  const LiveTree::Name staged = tree_.staged(at);
  if (::renameat2(staged.dirfd, staged.c_str(), live->dirfd, live->c_str(), RENAME_EXCHANGE) != 0) {
    fail_errno("restore", live->path, errno, on_failure);
  }
  tree_.root().forget();
  tree_.area(step.place).staged().forget();
}

void Undoer::changed_attributes(const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  auto now = live ? look(*live) : std::nullopt;
  if (!now) return;
  if (now->disk.identity.ino != step.before_ino) return leave(*live);
  now->disk.xattrs = os::read_xattrs(live->dirfd, live->c_str(), live->path);
  os::set_attributes(live->dirfd, live->c_str(), step.before, now->disk, live->path);
  if (os::mtime_of(now->disk) != step.before_mtime) {
    os::set_mtime(live->dirfd, live->c_str(), step.before_mtime, live->path);
  }
}

void Undoer::removed_file(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  if (!live || !is_kept(at)) return;
  const LiveTree::Name kept = tree_.kept(at);
  if (::renameat2(kept.dirfd, kept.c_str(), live->dirfd, live->c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno != EEXIST) fail_errno("restore", live->path, errno, on_failure);
  if (look(*live)->disk.identity != look(kept)->disk.identity) leave(*live);
}

/// Built aside and renamed, so that it is never seen without its owner and mode.
void Undoer::removed_directory(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  if (!live || look(*live)) return;
  const LiveTree::Name staged = tree_.staged(at);
  if (::mkdirat(staged.dirfd, staged.c_str(), 0700) != 0 && errno != EEXIST) {
    fail_errno("make directory", staged.path, errno, on_failure);
  }
  OnDisk made = look(staged)->disk;
  made.xattrs = os::read_xattrs(staged.dirfd, staged.c_str(), staged.path);
  os::set_attributes(staged.dirfd, staged.c_str(), step.before, made, staged.path);
  os::set_mtime(staged.dirfd, staged.c_str(), step.before_mtime, staged.path);
  if (::renameat2(staged.dirfd, staged.c_str(), live->dirfd, live->c_str(), RENAME_NOREPLACE) != 0) {
    fail_errno("restore", live->path, errno, on_failure);
  }
  tree_.root().forget();
}

/// Deepest first is not needed: setting a time does not change the parent's.
void Undoer::restore_times() {
  for (const TouchedDirectory& touched : tree_.journal().touched) {
    const int dirfd = tree_.root().try_directory(touched.path);
    if (dirfd >= 0) os::set_mtime(dirfd, "", touched.mtime, tree_.root().full_name(touched.path));
  }
}

}  // namespace

std::vector<std::string> undo(const LiveTree& tree) {
  tree.root().forget();
  Undoer undoer(tree);
  for (std::size_t at = tree.journal().steps.size(); at-- > 0;) {
    const JournalStep& step = tree.journal().steps[at];
    const bool leaves_with_parent = step.appear == Appear::with_parent && step.kind != StepKind::create_directory &&
                                    step.kind != StepKind::create_file;
    if (!leaves_with_parent) undoer.step(at);
  }
  undoer.restore_times();
  return undoer.left;
}

}  // namespace minipkg::transaction
