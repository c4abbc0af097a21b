// SPDX-License-Identifier: MIT
#include <fnmatch.h>

#include <algorithm>

#include "lib/model/path.hpp"
#include "lib/plan/attributes.hpp"
#include "lib/plan/steps.hpp"

namespace minipkg::plan {
namespace {

Attributes attributes_of(const OnDisk& disk) {
  Attributes attributes;
  attributes.mode = disk.mode;
  attributes.uid = disk.uid;
  attributes.gid = disk.gid;
  attributes.set = disk.xattrs;
  return attributes;
}

}  // namespace

bool StepMaker::may_replace_unowned(const std::string& path, const Target& target) {
  const std::string& package = *target.wanted.front().package;
  if (!request_.backup_unowned.empty()) {
    move_aside(package, path, target.fact->free_backup_name);
    return true;
  }
  const bool asked = std::any_of(request_.overwrite.begin(), request_.overwrite.end(), [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), path.c_str(), 0) == 0 ||
           ::fnmatch(glob.c_str(), target.wanted.front().entry->path.c_str(), 0) == 0;
  });
  if (asked) {
    notices_.push_back({NoticeKind::unowned_overwritten, package, path, ""});
  } else {
    problems_.push_back({ProblemKind::unowned_conflict, package, path, ""});
  }
  return asked;
}

/// A file where a directory is. All that is in the directory must be known to somebody, or be moved aside.
void StepMaker::over_directory(const std::string& path, const Target& target, const OnDisk& disk) {
  const Wanted& wanted = target.wanted.front();
  const std::size_t before = problems_.size();
  const bool move = !request_.backup_unowned.empty();
  const bool unowned = target.fact->owners.empty();
  if (owned_by_others(target) || (unowned && !move)) {
    problems_.push_back({ProblemKind::type_conflict, *wanted.package, path, ""});
  }
  tell_unowned(path, target);
  for (auto below = targets_.upper_bound(path); below != targets_.end(); ++below) {
    if (!is_at_or_below(below->first, path) || !owned_by_others(below->second)) continue;
    problems_.push_back({ProblemKind::type_conflict, *wanted.package, path, below->first});
  }
  if (problems_.size() != before) return;
  stops_being_directory(path, target, disk);
  displaced_.insert(path);
  if (move && (unowned || !target.fact->unowned_children.empty())) move_content_aside(path, target, disk);
  ++totals_.replaced;
  totals_.bytes += wanted.entry->size;
}

/// What the directory holds and no package of this transaction takes away: of others, or, unless it may be moved, of
/// nobody. A directory with something in it is told by what is in it.
void StepMaker::tell_unowned(const std::string& path, const Target& target) {
  const std::string& package = *target.wanted.front().package;
  const std::vector<std::string>& children = target.fact->unowned_children;
  for (auto child = children.begin(); child != children.end(); ++child) {
    const auto fact = facts_.paths.find(*child);
    if (fact != facts_.paths.end() && !fact->second.owners.empty()) {
      problems_.push_back({ProblemKind::file_conflict, package, *child, fact->second.owners.front().package});
    } else if (request_.backup_unowned.empty()) {
      const auto next = std::next(child);
      if (next == children.end() || !is_at_or_below(*next, *child)) {
        problems_.push_back({ProblemKind::type_conflict, package, path, *child});
      }
    }
  }
}

/// The directory leaves the tree with all that is in it; what is nobody's has got its other name before that.
void StepMaker::move_content_aside(const std::string& path, const Target& target, const OnDisk& disk) {
  const std::string& package = *target.wanted.front().package;
  const std::string& aside = target.fact->free_backup_name;
  make_backup_directory(package, std::string(parent_path(aside)));
  back_up_directory(package, aside, disk);
  for (const std::string& child : target.fact->unowned_children) {
    const PathFact& fact = facts_.paths.at(child);
    const std::string save_as = aside + child.substr(path.size());
    if (fact.place != place_of(save_as)) {
      problems_.push_back({ProblemKind::backup_elsewhere, package, child, save_as});
    } else if (fact.disk->type == FileType::directory) {
      back_up_directory(package, save_as, *fact.disk);
      directory_removes_.emplace_back(RemoveDirectory{child, *fact.disk, leaves(child)});
    } else {
      saves_.emplace_back(SaveFile{child, save_as, *fact.disk});
      notices_.push_back({NoticeKind::unowned_saved, package, child, save_as});
      removes_.emplace_back(RemoveFile{child, *fact.disk, std::nullopt, leaves(child)});
    }
  }
  stays(aside);
}

/// One file that is in the way. It gets a second name like a file edited by hand, only elsewhere.
void StepMaker::move_aside(const std::string& package, const std::string& path, const std::string& save_as) {
  const PathFact& fact = facts_.paths.at(path);
  make_backup_directory(package, std::string(parent_path(save_as)));
  if (const Target* const taken = target(save_as); taken != nullptr && !taken->wanted.empty()) {
    problems_.push_back({ProblemKind::backup_impossible, package, save_as, ""});
  }
  if (fact.place != place_of(save_as)) {
    problems_.push_back({ProblemKind::backup_elsewhere, package, path, save_as});
  }
  saves_.emplace_back(SaveFile{path, save_as, *fact.disk});
  notices_.push_back({NoticeKind::unowned_saved, package, path, save_as});
  stays(save_as);
}

/// A directory of --backup-unowned, with those above it. One that stands for a directory of the root is as open or as
/// closed as that; what is new above all of them is for its owner only.
void StepMaker::make_backup_directory(const std::string& package, const std::string& path) {
  if (path == "/" || new_.contains(path)) return;
  const Target* const known = target(path);
  const auto fact = facts_.paths.find(path);
  const OnDisk* const disk = fact == facts_.paths.end() || !fact->second.disk ? nullptr : &*fact->second.disk;
  const bool stays_directory =
      known == nullptr || known->wanted.empty() || known->wanted.front().entry->type == FileType::directory;
  if (disk != nullptr && disk->type == FileType::directory && stays_directory) return;
  if (disk != nullptr || (known != nullptr && !known->wanted.empty()) ||
      facts_.unsafe_directories.contains(request_.backup_unowned)) {
    problems_.push_back({ProblemKind::backup_impossible, package, path, ""});
    return;
  }
  make_backup_directory(package, std::string(parent_path(path)));
  const bool below = path.size() > facts_.backup_directory.size();
  const auto original = facts_.paths.find(below ? path.substr(facts_.backup_directory.size()) : path);
  if (original != facts_.paths.end() && original->second.disk) {
    back_up_directory(package, path, *original->second.disk);
  } else {
    OnDisk closed;
    closed.mode = 0700;
    closed.uid = facts_.uid;
    closed.gid = facts_.gid;
    back_up_directory(package, path, closed);
  }
}

void StepMaker::back_up_directory(const std::string& package, const std::string& path, const OnDisk& like) {
  if (const Target* const taken = target(path); taken != nullptr && !taken->wanted.empty()) {
    problems_.push_back({ProblemKind::backup_impossible, package, path, ""});
    return;
  }
  backups_.emplace_back(CreateDirectory{path, std::nullopt, attributes_of(like), appear(path)});
  new_.insert(path);
  ++totals_.created;
}

}  // namespace minipkg::plan
