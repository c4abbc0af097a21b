// SPDX-License-Identifier: MIT
#include <tuple>

#include "lib/model/path.hpp"
#include "lib/plan/attributes.hpp"
#include "lib/plan/steps.hpp"

namespace minipkg::plan {
namespace {

/// What FAT has no form for. A hard link is not made two files: they would part at the first edit.
const char* missing_on_fat(FileType type) {
  switch (type) {
    case FileType::regular:
    case FileType::directory:
      return nullptr;
    case FileType::symlink:
      return "symlinks";
    case FileType::hardlink:
      return "hard links";
    default:
      return "devices, fifos and sockets";
  }
}

/// The directory whose attributes everything on a FAT file system has.
const PathFact* top_of(const Facts& facts, std::string path) {
  const PathFact* top = nullptr;
  for (; path != "/"; path = parent_path(path)) {
    const auto found = facts.paths.find(path);
    if (found == facts.paths.end() || found->second.fs != FileSystem::fat) break;
    if (found->second.disk) top = &found->second;
  }
  return top;
}

}  // namespace

void StepMaker::check_abilities(const std::string& path, const Target& target) {
  if (target.fact->fs != FileSystem::fat) return;
  for (const Wanted& wanted : target.wanted) {
    if (const char* const missing = missing_on_fat(wanted.entry->type)) {
      problems_.push_back({ProblemKind::cannot_hold, *wanted.package, path, missing});
    }
  }
}

/// One notice for each package and class of attributes, however many files ask for it.
std::vector<Notice> StepMaker::lost_attributes() const {
  std::set<std::tuple<std::string, std::string, std::string>> lost;
  for (const auto& [path, target] : targets_) {
    if (target.fact->fs != FileSystem::fat || target.wanted.empty()) continue;
    const Wanted& wanted = target.wanted.front();
    const bool is_top = file_system_of(path) != FileSystem::fat;  // a mount point lies in the place above
    const std::string top = is_top ? path : facts_.places.at(place_of(path)).top;
    const auto lose = [&](const char* what) { lost.emplace(top, *wanted.package, what); };
    const PathFact* const given = top_of(facts_, path);
    const Attributes asked = attributes_of(*wanted.entry, facts_);
    OnDisk there;
    there.mode = 0755;
    if (given != nullptr) there = *given->disk;
    if (asked.uid != there.uid || asked.gid != there.gid) lose("owners");
    if (asked.mode != there.mode) lose("modes");
    if (!asked.set.empty()) lose("xattrs");
  }
  std::vector<Notice> notices;
  for (const auto& [top, package, what] : lost) notices.push_back({NoticeKind::attribute_lost, package, top, what});
  return notices;
}

}  // namespace minipkg::plan
