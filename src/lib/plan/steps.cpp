// SPDX-License-Identifier: MIT
#include "lib/plan/steps.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include "lib/model/path.hpp"
#include "lib/plan/attributes.hpp"
#include "lib/plan/obstacles.hpp"

namespace minipkg::plan {
namespace {

bool has_bytes(const FileEntry& entry, const Digest& digest) {
  return entry.type == FileType::regular && entry.digest == digest;
}

}  // namespace

StepMaker::StepMaker(const Request& request, const Facts& facts, const Targets& targets, Problems& problems)
    : request_(request), facts_(facts), targets_(targets), problems_(problems), needed_(wanted_ancestors(targets)) {}

void StepMaker::fill(Plan& plan) {
  std::set<std::string> coming = needed_;
  for (const auto& [path, target] : targets_) {
    if (!target.wanted.empty()) coming.insert(path);
  }
  for (const auto& [path, target] : targets_) {
    check_passers(path, target);
    check_abilities(path, target);
  }
  for (const std::string& path : coming) {
    const Target* const known = target(path);
    if (known == nullptr || known->wanted.empty()) {
      implied_directory(path);
    } else if (needed_.contains(path) && known->wanted.front().entry->type != FileType::directory) {
      file_in_the_way(path, *known);
    } else {
      come(path, *known);
    }
  }
  // Deepest first, so that a directory is judged after everything below it.
  for (auto at = targets_.rbegin(); at != targets_.rend(); ++at) {
    if (at->second.wanted.empty()) go(at->first, at->second);
  }
  order(plan);
  plan.notices.insert(plan.notices.end(), notices_.begin(), notices_.end());
  for (Notice& notice : lost_attributes()) plan.notices.push_back(std::move(notice));
  plan.displaced = displaced();
  plan.leaders = std::move(leaders_);
  plan.totals = totals_;
}

// ---- questions ------------------------------------------------------------------------------------------------

const Target* StepMaker::target(const std::string& path) const {
  const auto found = targets_.find(path);
  return found == targets_.end() ? nullptr : &found->second;
}

/// By packages this transaction leaves as they are.
bool StepMaker::owned_by_others(const Target& target) const {
  return std::any_of(target.fact->owners.begin(), target.fact->owners.end(), [&](const OwnerFact& owner) {
    return std::none_of(target.had.begin(), target.had.end(),
                        [&](const Had& had) { return *had.package == owner.package; });
  });
}

/// A symlink must not go, or lead elsewhere, while packages that stay reach their files through it.
void StepMaker::check_passers(const std::string& path, const Target& target) {
  for (const std::string& package : target.fact->passed_by) {
    if (facts_.installed_files.contains(package)) continue;
    problems_.push_back({ProblemKind::file_conflict, *target.had.front().package, path, package});
  }
}

/// Not what the package left there: its content, or what it is.
bool StepMaker::edited(const Target& target, const OnDisk& disk) const {
  if (target.had.empty() || disk.type == FileType::directory) return false;
  return std::none_of(target.had.begin(), target.had.end(), [&](const Had& had) {
    const bool regular = had.entry->type == FileType::regular || had.entry->type == FileType::hardlink;
    if (regular) return disk.type == FileType::regular && disk.digest == had.digest;
    return same_content(*had.entry, disk);
  });
}

bool StepMaker::is_below(const std::string& path, const std::set<std::string>& directories) const {
  for (std::string_view at = parent_path(path); at != "/"; at = parent_path(at)) {
    if (directories.contains(std::string(at))) return true;
  }
  return false;
}

/// What is below a directory that changes its type leaves with it, unless it must be emptied first.
Appear StepMaker::leaves(const std::string& path) const {
  return is_below(path, displaced_) && !is_below(path, late_) ? Appear::with_parent : Appear::by_itself;
}

std::string StepMaker::installed_version(const std::string& package) const {
  const auto installed = facts_.packages.find(package);
  return installed == facts_.packages.end() ? std::string() : installed->second.version;
}

std::optional<Retired> StepMaker::retired(const Target& target, const OnDisk& disk) const {
  if (disk.type != FileType::regular) return std::nullopt;
  if (target.had.empty()) {
    return Retired{*target.wanted.front().package, "", disk.digest.value_or(Digest{})};
  }
  const std::string& package = *target.had.front().package;
  return Retired{package, installed_version(package), disk.digest.value_or(target.had.front().digest)};
}

/// What the package had put there is old as soon as the package brings other bytes, wherever it is now.
std::vector<Displaced> StepMaker::displaced() const {
  std::vector<Displaced> displaced;
  for (const auto& [path, target] : targets_) {
    if (!target.fact->displaced || target.had.empty()) continue;
    const Had& had = target.had.front();
    if (!target.wanted.empty() && has_bytes(*target.wanted.front().entry, had.digest)) continue;
    displaced.push_back({path, target.fact->place, *target.fact->displaced,
                         Retired{*had.package, installed_version(*had.package), had.digest}, target.wanted.empty()});
  }
  return displaced;
}

Appear StepMaker::appear(const std::string& path) const {
  return new_.contains(std::string(parent_path(path))) ? Appear::with_parent : Appear::by_itself;
}

std::uint32_t StepMaker::place_of(const std::string& path) const {
  const auto found = facts_.paths.find(path);
  return found == facts_.paths.end() ? 0 : found->second.place;
}

FileSystem StepMaker::file_system_of(const std::string& path) const {
  const std::uint32_t place = place_of(path);
  return place < facts_.places.size() ? facts_.places[place].fs : FileSystem::complete;
}

/// A path stays on disk though its owner goes: so do the directories it lies in.
void StepMaker::stays(const std::string& path) { add_ancestors(needed_, path); }

void StepMaker::save(const std::string& path, const Target& target, const OnDisk& disk, NoticeKind why) {
  const std::string& package = target.had.empty() ? *target.wanted.front().package : *target.had.front().package;
  saves_.emplace_back(SaveFile{path, target.fact->free_save_name, disk});
  notices_.push_back({why, package, path, target.fact->free_save_name});
  stays(path);
}

// ---- order ----------------------------------------------------------------------------------------------------

namespace {

void sort_by_path(std::vector<Step>& steps) {
  std::stable_sort(steps.begin(), steps.end(),
                   [](const Step& left, const Step& right) { return path_of(left) < path_of(right); });
}

void drop_if_kept(std::optional<Retired>& retired, const OnDisk& before,
                  const std::set<std::pair<std::uint64_t, std::uint64_t>>& kept) {
  if (kept.contains({before.identity.dev, before.identity.ino})) retired.reset();
}

}  // namespace

/// Saved before anything changes, created before replaced before removed: onlookers never miss what both versions have.
/// Late is what cannot come before the old has gone.
void StepMaker::order(Plan& plan) {
  const auto is_late = [&](const Step& step) {
    return late_.contains(path_of(step)) || is_below(path_of(step), late_);
  };
  const auto late = std::stable_partition(creates_.begin(), creates_.end(), std::not_fn(is_late));
  std::vector<Step> late_creates(std::make_move_iterator(late), std::make_move_iterator(creates_.end()));
  creates_.erase(late, creates_.end());
  sort_by_path(late_creates);
  for (auto* group : {&backups_, &saves_, &creates_, &replaces_, &attributes_, &removes_}) sort_by_path(*group);
  sort_by_path(directory_removes_);
  std::reverse(directory_removes_.begin(), directory_removes_.end());
  for (auto* group :
       {&backups_, &saves_, &creates_, &replaces_, &attributes_, &removes_, &directory_removes_, &late_creates}) {
    for (Step& step : *group) {
      // An inode that keeps another name of an installed package is not old.
      if (auto* const replaced = std::get_if<ReplaceFile>(&step))
        drop_if_kept(replaced->retired, replaced->before, kept_inodes_);
      if (auto* const removed = std::get_if<RemoveFile>(&step))
        drop_if_kept(removed->retired, removed->before, kept_inodes_);
      plan.step_places.push_back(place_of(path_of(step)));
      plan.steps.push_back(std::move(step));
    }
  }
}

}  // namespace minipkg::plan
