// SPDX-License-Identifier: MIT
#include "lib/transaction/live_tree.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"

namespace minipkg::transaction {
namespace {

bool carries(const JournalStep& step) {
  return step.appear == Appear::by_itself &&
         (step.kind == StepKind::create_directory || step.kind == StepKind::change_type);
}

/// Which step's staged directory each step arrives or leaves with: the nearest one above its path.
std::vector<std::size_t> find_carriers(const std::vector<JournalStep>& steps) {
  std::unordered_map<std::string_view, std::size_t> by_path;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    if (carries(steps[at])) by_path.emplace(steps[at].path, at);
  }
  std::vector<std::size_t> carriers(steps.size());
  for (std::size_t at = 0; at < steps.size(); ++at) {
    carriers[at] = at;
    if (steps[at].appear == Appear::by_itself) continue;
    for (std::string_view above = parent_path(steps[at].path); above != "/"; above = parent_path(above)) {
      const auto found = by_path.find(above);
      if (found == by_path.end()) continue;
      carriers[at] = found->second;
      break;
    }
  }
  return carriers;
}

}  // namespace

LiveTree::LiveTree(const os::Tree& root, const Journal& journal, std::vector<os::Area> areas)
    : root_(root), journal_(journal), areas_(std::move(areas)), carriers_(find_carriers(journal.steps)) {}

LiveTree::Name LiveTree::live(const std::string& path) const {
  return {root_.directory(parent_path(path)), std::string(base_name(path)), root_.full_name(path)};
}

std::optional<LiveTree::Name> LiveTree::try_live(const std::string& path) const {
  const int dirfd = root_.try_directory(parent_path(path));
  if (dirfd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
    fail_errno("open directory", root_.full_name(path));
  if (dirfd < 0) return std::nullopt;
  return Name{dirfd, std::string(base_name(path)), root_.full_name(path)};
}

std::string LiveTree::staged_path(std::size_t step) const {
  const std::size_t carrier = carriers_[step];
  const std::string below = journal_.steps[step].path.substr(carrier == step ? journal_.steps[step].path.size()
                                                                             : journal_.steps[carrier].path.size());
  return fmt::format("/{}{}", carrier, below);
}

LiveTree::Name LiveTree::staged(std::size_t step) const {
  const os::Tree& tree = areas_.at(journal_.steps[step].place).staged();
  const std::string path = staged_path(step);
  return {tree.directory(parent_path(path)), std::string(base_name(path)), root_.full_name(journal_.steps[step].path)};
}

std::optional<LiveTree::Name> LiveTree::try_staged(std::size_t step) const {
  const os::Area& area = areas_.at(journal_.steps[step].place);
  if (!area.exists()) return std::nullopt;
  const std::string path = staged_path(step);
  const int dirfd = area.staged().try_directory(parent_path(path));
  if (dirfd < 0) return std::nullopt;
  return Name{dirfd, std::string(base_name(path)), root_.full_name(journal_.steps[step].path)};
}

LiveTree::Name LiveTree::kept(std::size_t step) const {
  const JournalStep& one = journal_.steps[step];
  return {areas_.at(one.place).kept(), fmt::format("{}", step), root_.full_name(one.path)};
}

bool LiveTree::is_staged(std::size_t step) const {
  const auto name = try_staged(step);
  return name && look(*name);
}

bool LiveTree::is_kept(std::size_t step) const {
  return areas_.at(journal_.steps[step].place).exists() && look(kept(step));
}

bool is_unchanged(const OnDisk& before, const OnDisk& now) {
  if (before.type != now.type) return false;
  return now.type == FileType::directory || (before.size == now.size && os::mtime_of(before) == os::mtime_of(now));
}

std::optional<os::FileStat> look(const LiveTree::Name& name) { return os::look(name.dirfd, name.c_str(), name.path); }

void keep_time(const LiveTree::Name& live, const os::FileStat& now, std::int64_t time) {
  if (now.disk.type != FileType::directory || os::mtime_of(now.disk) == time) return;
  os::set_mtime(live.dirfd, live.c_str(), now.disk, time, live.path);
}

}  // namespace minipkg::transaction
