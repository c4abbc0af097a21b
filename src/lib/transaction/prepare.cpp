// SPDX-License-Identifier: MIT
#include "lib/transaction/prepare.hpp"

#include <algorithm>
#include <array>

#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/base/retry.hpp"
#include "lib/os/file_handle.hpp"
#include "lib/os/system_id.hpp"
#include "lib/transaction/keep.hpp"
#include "lib/transaction/stage.hpp"

namespace minipkg::transaction {
namespace {

constexpr ErrorKind on_failure = ErrorKind::rolled_back;

/// What a step takes away.
struct Takes {
  const OnDisk* before = nullptr;
  const std::optional<Retired>* retired = nullptr;
  RetiredKind kind = RetiredKind::replaced;

  void operator()(const ReplaceFile& one) { before = &one.before, retired = &one.retired; }
  void operator()(const ChangeType& one) { before = &one.before, retired = &one.retired; }
  void operator()(const RemoveFile& one) { before = &one.before, retired = &one.retired, kind = RetiredKind::removed; }
  void operator()(const SetAttributes& one) { before = &one.before; }
  void operator()(const SaveFile& one) { before = &one.before; }
  void operator()(const RemoveDirectory& one) { before = &one.before; }
  void operator()(const CreateDirectory&) {}
  void operator()(const CreateFile&) {}
};

bool needs_second_name(const JournalStep& step) {
  return step.appear == Appear::by_itself &&
         (step.kind == StepKind::replace_file || step.kind == StepKind::remove_file);
}

void check_unchanged(const LiveTree::Name& live, const OnDisk& before, FileSystem fs) {
  const auto now = look(live);
  if (!now || !is_same(before, now->disk, fs) || !is_unchanged(before, now->disk)) {
    fail(on_failure, "replace", live.path, "somebody changed it since the plan was made", "run the command again");
  }
}

/// On overlayfs the second name has copied a lower file up: who has it open sees another birth time from now on.
Identity identity_now(const LiveTree::Name& live, const OnDisk& before) {
  const auto now = look(live);
  return now && now->disk.identity.ino == before.identity.ino ? now->disk.identity : before.identity;
}

RetiredInode retire(const Journal& journal, const std::string& path, std::uint32_t place, const Identity& identity,
                    const Retired& what, RetiredKind kind) {
  RetiredInode inode;
  inode.identity = identity;
  inode.place = journal.places.at(place).top;
  inode.path = path;
  inode.package = what.package;
  inode.old_version = what.version;
  inode.old_digest = what.digest;
  inode.kind = kind;
  inode.transaction = journal.number;
  inode.boot_id = os::boot_id();
  return inode;
}

/// Read from the live file before its name goes, if only its content tells.
Language language_of(const LiveTree::Name& live, const OnDisk& before) {
  if (before.type != FileType::regular) return Language::none;
  if (!may_be_script(live.name, before.mode)) return language_of_name(live.name);
  const Fd file = open_regular(live.dirfd, live.c_str());
  std::array<char, 2> start{};
  const ssize_t got = file ? retry([&] { return ::read(file.get(), start.data(), start.size()); }) : 0;
  return language_of_content({start.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))});
}

}  // namespace

std::vector<RetiredInode> prepare(const LiveTree& tree, const Plan& plan, Observer& observer) {
  std::vector<RetiredInode> retired;
  Keeper keeper(tree);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    stop_if_asked(observer);
    Takes takes;
    std::visit(takes, plan.steps[at]);
    if (takes.before == nullptr) continue;
    const JournalStep& step = tree.journal().steps[at];
    const LiveTree::Name live = tree.live(step.path);
    check_unchanged(live, *takes.before, tree.fs(at));
    if (needs_second_name(step)) keeper.keep(at, *takes.before);
    if (takes.retired == nullptr || !*takes.retired) continue;
    retired.push_back(
        retire(tree.journal(), step.path, step.place, identity_now(live, *takes.before), **takes.retired, takes.kind));
    retired.back().language = language_of(live, *takes.before);
    if (auto handle = os::handle_at(live.dirfd, live.c_str())) retired.back().handle = std::move(*handle);
  }
  return retired;
}

std::vector<RetiredInode> displaced(const Journal& journal, const Plan& plan) {
  std::vector<RetiredInode> inodes;
  for (const Displaced& one : plan.displaced) {
    const RetiredKind kind = one.removed ? RetiredKind::removed : RetiredKind::replaced;
    inodes.push_back(retire(journal, one.path, one.place, one.identity, one.retired, kind));
    inodes.back().language = language_of_name(one.path);
  }
  return inodes;
}

std::vector<TouchedDirectory> note_times(const LiveTree& tree, const std::vector<std::string>& directories) {
  std::vector<TouchedDirectory> touched;
  for (const std::string& path : directories) {
    const int dirfd = tree.root().try_directory(path);
    if (dirfd < 0 && errno == ENOENT) continue;  // it is new as well
    if (dirfd < 0) fail_errno("open directory", tree.root().full_name(path), errno, on_failure);
    const auto stat = os::look(dirfd, "", tree.root().full_name(path));
    touched.push_back({path, os::mtime_of(stat->disk)});
  }
  return touched;
}

}  // namespace minipkg::transaction
