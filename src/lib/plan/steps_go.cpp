// SPDX-License-Identifier: MIT
#include "lib/plan/steps.hpp"

namespace minipkg::plan {

/// No package of the request wants this path any more.
void StepMaker::go(const std::string& path, const Target& target) {
  const OnDisk* const disk = target.disk();
  if (disk == nullptr || new_.contains(path)) return;
  if (owned_by_others(target)) {
    stays(path);
  } else if (target.had.front().entry->type == FileType::directory) {
    directory_goes(path, target);
  } else {
    file_goes(path, target);
  }
}

void StepMaker::directory_goes(const std::string& path, const Target& target) {
  const OnDisk& disk = *target.disk();
  if (disk.type != FileType::directory || needed_.contains(path)) {
    stays(path);
    return;
  }
  if (!target.fact->unowned_children.empty()) {
    notices_.push_back(
        {NoticeKind::directory_not_empty, *target.had.front().package, path, target.fact->unowned_children.front()});
    stays(path);
    return;
  }
  directory_removes_.emplace_back(RemoveDirectory{path, disk, leaves(path)});
  ++totals_.removed;
}

void StepMaker::file_goes(const std::string& path, const Target& target) {
  const OnDisk& disk = *target.disk();
  if (disk.type == FileType::directory) {
    stays(path);
    return;
  }
  if (edited(target, disk)) {
    // There is no "beside" in a directory that stops being one.
    if (is_below(path, displaced_))
      problems_.push_back({ProblemKind::type_conflict, *target.had.front().package, path, path});
    save(path, target, disk, NoticeKind::edited_file_removed);
  }
  removes_.emplace_back(RemoveFile{path, disk, retired(target, disk), leaves(path)});
  ++totals_.removed;
}

}  // namespace minipkg::plan
