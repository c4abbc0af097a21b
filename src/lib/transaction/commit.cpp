// SPDX-License-Identifier: MIT
#include "lib/transaction/commit.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <unordered_set>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/transaction/stage.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

[[noreturn]] void changed_meanwhile(const LiveTree::Name& name) {
  fail(on_failure, "replace", name.path, "somebody changed it meanwhile", "run the command again");
}

void appear(const LiveTree::Name& staged, const LiveTree::Name& live) {
  if (os::rename_new(staged.dirfd, staged.c_str(), live.dirfd, live.c_str()) != 0) {
    fail_errno("create", live.path, errno, on_failure);
  }
}

/// No other file has its number as long as old/N is one of its names. Whoever owns the directory may put another file
/// at the name after that: what was taken away must be looked at once more where nobody else can reach it.
OnDisk check_same(const LiveTree::Name& name, const OnDisk& before, FileSystem fs) {
  const auto now = look(name);
  if (!now || !is_same(before, now->disk, fs) || !is_unchanged(before, now->disk)) changed_meanwhile(name);
  return now->disk;
}

/// Every name below the displaced directory must be one that the journal knows: the sweep removes the whole tree.
void check_displaced(int dirfd, const std::string& name, const std::string& path,
                     const std::unordered_set<std::string>& known) {
  Fd fd(os::open_beneath(dirfd, name, O_RDONLY));
  if (!fd && (errno == ENOTDIR || errno == ELOOP)) return;  // not a directory: nothing below it
  if (!fd) fail_errno("open directory", path, errno, on_failure);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (stream == nullptr) fail_errno("read directory", path, errno, on_failure);
  const int stream_fd = fd.release();
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string child = entry->d_name;
    if (child == "." || child == "..") continue;
    if (!known.contains(path + "/" + child))
      fail(on_failure, "replace", path, "somebody put '" + child + "' into it meanwhile");
    if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
      check_displaced(stream_fd, child, path + "/" + child, known);
  }
}

class Committer {
 public:
  Committer(const LiveTree& tree, const Plan& plan) : tree_(tree), plan_(plan) {}

  void step(std::size_t at);
  std::vector<Notice> notices;

 private:
  void replace(std::size_t at, const LiveTree::Name& live);
  void change_type(std::size_t at, const LiveTree::Name& live);
  void set_attributes(std::size_t at, const LiveTree::Name& live);
  void remove_file(std::size_t at, const LiveTree::Name& live);
  void remove_directory(std::size_t at, const LiveTree::Name& live);
  std::unordered_set<std::string> leaving_below(const std::string& path) const;

  const LiveTree& tree_;
  const Plan& plan_;
};

void Committer::step(std::size_t at) {
  const JournalStep& step = tree_.journal().steps[at];
  const LiveTree::Name live = tree_.live(step.kind == StepKind::save_file ? step.save_as : step.path);
  switch (step.kind) {
    case StepKind::create_directory:
    case StepKind::create_file:
    case StepKind::save_file:
      return appear(tree_.staged(at), live);
    case StepKind::replace_file:
      return replace(at, live);
    case StepKind::change_type:
      return change_type(at, live);
    case StepKind::set_attributes:
      return set_attributes(at, live);
    case StepKind::remove_file:
      return remove_file(at, live);
    case StepKind::remove_directory:
      return remove_directory(at, live);
  }
}

void Committer::replace(std::size_t at, const LiveTree::Name& live) {
  check_same(live, std::get<ReplaceFile>(plan_.steps[at]).before, tree_.fs(at));
  const LiveTree::Name staged = tree_.staged(at);
  if (::renameat(staged.dirfd, staged.c_str(), live.dirfd, live.c_str()) != 0) {
    fail_errno("replace", live.path, errno, on_failure);
  }
}

void Committer::change_type(std::size_t at, const LiveTree::Name& live) {
  const auto now = look(live);
  if (!now || now->disk.identity.ino != tree_.journal().steps[at].before_ino) changed_meanwhile(live);
  const LiveTree::Name staged = tree_.staged(at);
  const auto coming = look(staged);
  if (::renameat2(staged.dirfd, staged.c_str(), live.dirfd, live.c_str(), RENAME_EXCHANGE) != 0) {
    fail_errno("replace", live.path, errno, on_failure);
  }
  check_same(staged, std::get<ChangeType>(plan_.steps[at]).before, tree_.fs(at));
  if (const auto came = look(live); came && coming) keep_time(live, *came, os::mtime_of(coming->disk));
  tree_.root().forget();
  const std::string& path = tree_.journal().steps[at].path;
  if (now->disk.type == FileType::directory) check_displaced(staged.dirfd, staged.name, path, leaving_below(path));
}

std::unordered_set<std::string> Committer::leaving_below(const std::string& path) const {
  std::unordered_set<std::string> known;
  for (const JournalStep& step : tree_.journal().steps) {
    const bool leaves = step.kind == StepKind::remove_file || step.kind == StepKind::remove_directory;
    if (leaves && is_at_or_below(step.path, path)) known.insert(step.path);
  }
  return known;
}

void Committer::set_attributes(std::size_t at, const LiveTree::Name& live) {
  const auto& step = std::get<SetAttributes>(plan_.steps[at]);
  OnDisk now = check_same(live, step.before, tree_.fs(at));
  now.xattrs = step.before.xattrs;
  os::set_attributes(live.dirfd, live.c_str(), step.attributes, now, live.path);
}

void Committer::remove_file(std::size_t at, const LiveTree::Name& live) {
  check_same(live, std::get<RemoveFile>(plan_.steps[at]).before, tree_.fs(at));
  const LiveTree::Name kept = tree_.kept(at);
  const bool has_second_name = look(kept).has_value();
  const int result = has_second_name ? ::unlinkat(live.dirfd, live.c_str(), 0)
                                     : os::rename_new(live.dirfd, live.c_str(), kept.dirfd, kept.c_str());
  if (result != 0) fail_errno("remove", live.path, errno, on_failure);
  if (!has_second_name) check_same(kept, std::get<RemoveFile>(plan_.steps[at]).before, tree_.fs(at));
}

void Committer::remove_directory(std::size_t at, const LiveTree::Name& live) {
  const std::string& path = tree_.journal().steps[at].path;
  if (::unlinkat(live.dirfd, live.c_str(), AT_REMOVEDIR) == 0) {
    tree_.root().forget();
    return;
  }
  // EBUSY: a file system is mounted there.
  if (errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY) {
    fail_errno("remove directory", live.path, errno, on_failure);
  }
  notices.push_back({NoticeKind::directory_not_empty, "", path, ""});
}

}  // namespace

std::vector<Notice> commit(const LiveTree& tree, const Plan& plan, Observer& observer) {
  Committer committer(tree, plan);
  for (std::size_t at = 0; at < tree.journal().steps.size(); ++at) {
    stop_if_asked(observer);
    observer.item(tree.journal().steps[at].path);
    observer.progress(at, 0);
    if (tree.journal().steps[at].appear == Appear::by_itself) committer.step(at);
  }
  return committer.notices;
}

}  // namespace minipkg::transaction
