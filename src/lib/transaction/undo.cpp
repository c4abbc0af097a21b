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
  void created(std::size_t at, const std::string& path);
  void replaced(std::size_t at, const JournalStep&);
  void changed_type(std::size_t at, const JournalStep&);
  void changed_attributes(std::size_t at, const JournalStep&);
  void removed_file(std::size_t at, const JournalStep&);
  void removed_directory(std::size_t at, const JournalStep&);
  bool is_ours(std::size_t at, const os::FileStat& now) const;
  bool is_parted(std::size_t at, const os::FileStat& now) const;
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
      return created(at, step.path);
    case StepKind::save_file:
      return created(at, step.save_as);
    case StepKind::replace_file:
      return replaced(at, step);
    case StepKind::change_type:
      return changed_type(at, step);
    case StepKind::set_attributes:
      return changed_attributes(at, step);
    case StepKind::remove_file:
      return removed_file(at, step);
    case StepKind::remove_directory:
      return removed_directory(at, step);
  }
}

/// The step brought it here: where numbers last, the number says so.
bool Undoer::is_ours(std::size_t at, const os::FileStat& now) const {
  return !has_lasting_inodes(tree_.fs(at)) || now.disk.identity.ino == tree_.journal().steps[at].staged_ino;
}

void Undoer::created(std::size_t at, const std::string& path) {
  if (tree_.is_staged(at)) return;
  const auto live = tree_.try_live(path);
  const auto now = live ? look(*live) : std::nullopt;
  if (!now) return;
  const bool made_directory = tree_.journal().steps[at].kind == StepKind::create_directory;
  const bool is_directory = now->disk.type == FileType::directory;
  if (made_directory != is_directory && !has_lasting_inodes(tree_.fs(at))) return;  // the old one is back already
  if (!is_ours(at, *now)) return leave(*live);
  if (::unlinkat(live->dirfd, live->c_str(), is_directory ? AT_REMOVEDIR : 0) != 0) {
    if (errno != ENOTEMPTY && errno != EEXIST) fail_errno("remove", live->path, errno, on_failure);
    leave(*live);
  }
  if (is_directory) tree_.root().forget();
}

/// On overlayfs a file with several names is kept as a copy, because a link would have parted it from the others. All
/// of them come back as what was kept then, whether their turn had come or not.
bool Undoer::is_parted(std::size_t at, const os::FileStat& now) const {
  return tree_.fs(at) == FileSystem::layered && now.disk.identity != look(tree_.kept(at))->disk.identity;
}

/// rename(2) between two names of one inode does nothing and leaves both: then the old file is back already.
void Undoer::replaced(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  const auto now = live ? look(*live) : std::nullopt;
  if (!live || !tree_.is_kept(at)) return;
  if (tree_.is_staged(at) && now && !is_parted(at, *now)) return;
  if (now && (now->disk.type == FileType::directory || !is_ours(at, *now))) {
    if (now->disk.identity != look(tree_.kept(at))->disk.identity) leave(*live);
    return;
  }
  const LiveTree::Name kept = tree_.kept(at);
  if (::renameat(kept.dirfd, kept.c_str(), live->dirfd, live->c_str()) != 0) {
    fail_errno("restore", live->path, errno, on_failure);
  }
}

/// Two names exchanged leave no trace in names. Where inode numbers do not last, it is planned only for what becomes a
/// directory.
void Undoer::changed_type(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  auto now = live ? look(*live) : std::nullopt;
  if (!now) return;
  const bool lasting = has_lasting_inodes(tree_.fs(at));
  if (is_ours(at, *now) && (lasting || now->disk.type == FileType::directory)) {
    const LiveTree::Name staged = tree_.staged(at);
    if (::renameat2(staged.dirfd, staged.c_str(), live->dirfd, live->c_str(), RENAME_EXCHANGE) != 0) {
      fail_errno("restore", live->path, errno, on_failure);
    }
    now = look(*live);
    tree_.area(step.place).staged().forget();
  }
  if (now && lasting && now->disk.identity.ino == step.before_ino) keep_time(*live, *now, step.before_mtime);
  tree_.root().forget();
}

void Undoer::changed_attributes(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  auto now = live ? look(*live) : std::nullopt;
  if (!now) return;
  if (has_lasting_inodes(tree_.fs(at)) && now->disk.identity.ino != step.before_ino) return leave(*live);
  now->disk.xattrs = os::read_xattrs(live->dirfd, live->c_str(), live->path);
  os::set_attributes(live->dirfd, live->c_str(), step.before, now->disk, live->path);
  if (os::mtime_of(now->disk) != step.before_mtime) {
    os::set_mtime(live->dirfd, live->c_str(), now->disk, step.before_mtime, live->path);
  }
}

void Undoer::removed_file(std::size_t at, const JournalStep& step) {
  const auto live = tree_.try_live(step.path);
  if (!live || !tree_.is_kept(at)) return;
  const LiveTree::Name kept = tree_.kept(at);
  const auto now = look(*live);
  if (now && !is_parted(at, *now)) {
    if (now->disk.identity != look(kept)->disk.identity) leave(*live);
    return;
  }
  const int result = now ? ::renameat(kept.dirfd, kept.c_str(), live->dirfd, live->c_str())
                         : os::rename_new(kept.dirfd, kept.c_str(), live->dirfd, live->c_str());
  if (result != 0) fail_errno("restore", live->path, errno, on_failure);
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
  os::set_mtime(staged.dirfd, staged.c_str(), made, step.before_mtime, staged.path);
  if (os::rename_new(staged.dirfd, staged.c_str(), live->dirfd, live->c_str()) != 0) {
    fail_errno("restore", live->path, errno, on_failure);
  }
  tree_.root().forget();
}

/// Deepest first is not needed: setting a time does not change the parent's.
void Undoer::restore_times() {
  for (const TouchedDirectory& touched : tree_.journal().touched) {
    const int dirfd = tree_.root().try_directory(touched.path);
    if (dirfd >= 0) os::set_mtime(dirfd, touched.mtime, tree_.root().full_name(touched.path));
  }
}

}  // namespace

std::vector<std::string> undo(const LiveTree& tree) {
  tree.root().forget();
  Undoer undoer(tree);
  for (std::size_t at = tree.journal().steps.size(); at-- > 0;) {
    const JournalStep& step = tree.journal().steps[at];
    if (!tree.area(step.place).exists()) continue;  // undone before, as far as removing the areas
    const bool leaves_with_parent = step.appear == Appear::with_parent && step.kind != StepKind::create_directory &&
                                    step.kind != StepKind::create_file;
    if (!leaves_with_parent) undoer.step(at);
  }
  undoer.restore_times();
  return undoer.left;
}

}  // namespace minipkg::transaction
