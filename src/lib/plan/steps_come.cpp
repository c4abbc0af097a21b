// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "lib/model/path.hpp"
#include "lib/model/xattr_text.hpp"
#include "lib/plan/attributes.hpp"
#include "lib/plan/steps.hpp"

namespace minipkg::plan {
namespace {

constexpr std::uint16_t implied_mode = 0755;

bool all_directories(const Target& target) {
  return std::all_of(target.wanted.begin(), target.wanted.end(),
                     [](const Wanted& wanted) { return wanted.entry->type == FileType::directory; });
}

/// Whoever runs it gets rights by it.
bool is_privileged(const Attributes& attributes) {
  return (attributes.mode & 06000U) != 0 || attributes.set.contains(std::string(caps_xattr));
}

/// Attributes the old version set and the new one does not ask for any more.
std::vector<std::string> stale_xattrs(const Target& target, const OnDisk& disk) {
  std::vector<std::string> names;
  const Xattrs& wanted = target.wanted.front().entry->xattrs;
  for (const Had& had : target.had) {
    for (const auto& [name, value] : had.entry->xattrs) {
      if (!wanted.contains(name) && disk.xattrs.contains(name)) names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

void StepMaker::come(const std::string& path, const Target& target) {
  if (is_conflict(path, target)) return;
  if (target.wanted.front().entry->type == FileType::directory) {
    directory_comes(path, target);
  } else {
    file_comes(path, target);
  }
}

/// Only directories may be shared, with packages of this transaction or with any other.
bool StepMaker::is_conflict(const std::string& path, const Target& target) {
  const std::size_t before = problems_.size();
  const bool directories = all_directories(target);
  for (std::size_t at = 1; at < target.wanted.size() && !directories; ++at) {
    problems_.push_back({ProblemKind::file_conflict, *target.wanted[at].package, path, *target.wanted.front().package});
  }
  for (const OwnerFact& owner : target.fact->owners) {
    const bool changes = std::any_of(target.had.begin(), target.had.end(),
                                     [&](const Had& had) { return *had.package == owner.package; });
    const bool shared = directories && owner.entry.type == FileType::directory;
    if (!changes && !shared) {
      problems_.push_back({ProblemKind::file_conflict, *target.wanted.front().package, path, owner.package});
    }
  }
  return problems_.size() != before;
}

void StepMaker::directory_comes(const std::string& path, const Target& target) {
  const OnDisk* const disk = target.disk();
  const Wanted& wanted = target.wanted.front();
  Attributes attributes = attributes_of(*wanted.entry, facts_, *target.fact);
  if (disk == nullptr) {
    creates_.emplace_back(CreateDirectory{path, wanted.source, attributes, appear(path)});
    new_.insert(path);
    ++totals_.created;
    return;
  }
  if (disk->type != FileType::directory) {
    if (target.had.empty() && !may_replace_unowned(path, target)) return;
    if (edited(target, *disk)) save(path, target, *disk, NoticeKind::file_saved);
    becomes_directory(path, wanted.source, attributes, *disk, retired(target, *disk));
    return;
  }
  attributes.clear = stale_xattrs(target, *disk);
  attributes.mtime.reset();
  if (!differ(attributes, *wanted.entry, *disk)) {
    ++totals_.kept;
  } else if (target.had.empty() || owned_by_others(target)) {
    // Whoever had the directory first decides; an unowned one belongs to the administrator.
    notices_.push_back({NoticeKind::directory_mode_kept, *wanted.package, path,
                        fmt::format("{:04o} {}:{}, the package has {:04o} {}:{}", disk->mode, disk->uid, disk->gid,
                                    attributes.mode, attributes.uid, attributes.gid)});
    ++totals_.kept;
  } else {
    attributes_.emplace_back(SetAttributes{path, wanted.source, attributes, *disk});
    ++totals_.attributes;
  }
}

/// The first package that wants something below `path`; there is one.
const std::string& StepMaker::first_package_below(const std::string& path) const {
  const auto below = std::find_if(targets_.upper_bound(path), targets_.end(), [&path](const auto& one) {
    return !one.second.wanted.empty() && is_at_or_below(one.first, path);
  });
  return *below->second.wanted.front().package;
}

/// One package wants a file where another one needs a directory.
void StepMaker::file_in_the_way(const std::string& path, const Target& target) {
  problems_.push_back({ProblemKind::file_conflict, first_package_below(path), path, *target.wanted.front().package});
}

/// A parent directory that no package of the request lists.
void StepMaker::implied_directory(const std::string& path) {
  const Target* const known = target(path);
  const auto fact = facts_.paths.find(path);
  const OnDisk* const disk = fact != facts_.paths.end() && fact->second.disk ? &*fact->second.disk : nullptr;
  if (disk != nullptr && disk->type == FileType::directory) return;
  Attributes attributes;
  attributes.mode = implied_mode;
  if (disk == nullptr) {
    creates_.emplace_back(CreateDirectory{path, std::nullopt, attributes, appear(path)});
    ++totals_.created;
  } else if (known != nullptr && !known->had.empty() && !owned_by_others(*known)) {
    if (edited(*known, *disk)) save(path, *known, *disk, NoticeKind::file_saved);
    becomes_directory(path, std::nullopt, attributes, *disk, retired(*known, *disk));
  } else if (fact->second.owners.empty() && !request_.backup_unowned.empty()) {
    move_aside(first_package_below(path), path, fact->second.free_backup_name);
    becomes_directory(path, std::nullopt, attributes, *disk, std::nullopt);
  } else {
    const bool owned = !fact->second.owners.empty();
    problems_.push_back({owned ? ProblemKind::file_conflict : ProblemKind::unowned_conflict, first_package_below(path),
                         path, owned ? fact->second.owners.front().package : std::string()});
  }
  new_.insert(path);
}

void StepMaker::file_comes(const std::string& path, const Target& target) {
  const OnDisk* const disk = target.disk();
  const Wanted& wanted = target.wanted.front();
  look_at_leader(path, target);
  if (request_.install[wanted.source.package].left_alone.contains(wanted.source.entry) &&
      (disk == nullptr || !same_content(*wanted.entry, *disk))) {
    ++totals_.kept;
  } else if (disk == nullptr) {
    creates_.emplace_back(
        CreateFile{path, wanted.source, attributes_of(*wanted.entry, facts_, *target.fact), appear(path)});
    ++totals_.created;
    totals_.bytes += wanted.entry->size;
  } else if (disk->type == FileType::directory) {
    over_directory(path, target, *disk);
  } else if (wanted.entry->type == FileType::hardlink ? same_hard_link(target, *disk)
                                                      : same_content(*wanted.entry, *disk)) {
    keep(path, target, *disk);
  } else if (!target.had.empty() || may_replace_unowned(path, target)) {
    replace(path, target, *disk);
  }
}

void StepMaker::replace(const std::string& path, const Target& target, const OnDisk& disk) {
  if (edited(target, disk)) save(path, target, disk, NoticeKind::file_saved);
  const Wanted& wanted = target.wanted.front();
  replaces_.emplace_back(ReplaceFile{path, wanted.source, attributes_of(*wanted.entry, facts_, *target.fact), disk,
                                     retired(target, disk)});
  ++totals_.replaced;
  totals_.bytes += wanted.entry->size;
}

/// Both trees change places in one call where the file system can do that. Where it cannot, the old one goes before the
/// new one comes: for an instant nothing is there.
void StepMaker::becomes_directory(const std::string& path, const std::optional<Source>& from,
                                  const Attributes& attributes, const OnDisk& disk, std::optional<Retired> retired) {
  if (can_exchange(path, FileType::directory)) {
    creates_.emplace_back(ChangeType{path, from, attributes, disk, std::move(retired)});
  } else {
    removes_.emplace_back(RemoveFile{path, disk, std::move(retired), Appear::by_itself});
    creates_.emplace_back(CreateDirectory{path, from, attributes, Appear::by_itself});
    late_.insert(path);
  }
  new_.insert(path);
  ++totals_.replaced;
}

void StepMaker::stops_being_directory(const std::string& path, const Target& target, const OnDisk& disk) {
  const Wanted& wanted = target.wanted.front();
  const Attributes attributes = attributes_of(*wanted.entry, facts_, *target.fact);
  if (can_exchange(path, wanted.entry->type)) {
    creates_.emplace_back(ChangeType{path, wanted.source, attributes, disk, std::nullopt});
  } else {
    directory_removes_.emplace_back(RemoveDirectory{path, disk, Appear::by_itself});
    creates_.emplace_back(CreateFile{path, wanted.source, attributes, Appear::by_itself});
    late_.insert(path);
  }
}

/// On overlayfs a new directory can be moved, one of a lower layer cannot.
bool StepMaker::can_exchange(const std::string& path, FileType becomes) const {
  const FileSystem fs = file_system_of(path);
  return fs == FileSystem::complete || (fs == FileSystem::layered && becomes == FileType::directory);
}

void StepMaker::keep(const std::string& path, const Target& target, const OnDisk& disk) {
  const Wanted& wanted = target.wanted.front();
  kept_inodes_.insert({disk.identity.dev, disk.identity.ino});
  const Attributes attributes = kept_attributes(target, disk);
  // A further hard link shares the attributes of its leader, which has its own step.
  if (wanted.entry->type == FileType::hardlink || !differ(attributes, *wanted.entry, disk)) {
    ++totals_.kept;
    return;
  }
  if (must_part(path, target, disk)) {
    // The bytes are the same: none is old.
    kept_inodes_.insert({disk.identity.dev, disk.identity.ino});
    replaces_.emplace_back(
        ReplaceFile{path, wanted.source, attributes_of(*wanted.entry, facts_, *target.fact), disk, std::nullopt});
    ++totals_.replaced;
    totals_.bytes += wanted.entry->size;
    return;
  }
  attributes_.emplace_back(SetAttributes{path, wanted.source, attributes, disk});
  ++totals_.attributes;
}

Attributes StepMaker::kept_attributes(const Target& target, const OnDisk& disk) const {
  Attributes attributes = attributes_of(*target.wanted.front().entry, facts_, *target.fact);
  attributes.clear = stale_xattrs(target, disk);
  return attributes;
}

/// Whose file it is may hold it open to write: what becomes privileged gets an inode that he never had.
/// Other attributes would also reach names of the inode that are not meant, or, on overlayfs, not reach those that are:
/// the names that are meant get an inode of their own.
bool StepMaker::must_part(const std::string& path, const Target& target, const OnDisk& disk) const {
  const Attributes attributes = kept_attributes(target, disk);
  if (!differ(attributes, *target.wanted.front().entry, disk)) return false;
  if (disk.type == FileType::regular && disk.uid != 0 && is_privileged(attributes)) return true;
  if (disk.links <= 1) return false;
  return file_system_of(path) == FileSystem::layered || disk.links > wanted_links(path, disk);
}

/// Names of this inode that the package wants it to have.
std::uint32_t StepMaker::wanted_links(const std::string& path, const OnDisk& disk) const {
  std::uint32_t links = 1;
  for (const auto& [other, target] : targets_) {
    const bool follows = !target.wanted.empty() && target.wanted.front().entry->type == FileType::hardlink &&
                         canonical_path(facts_.aliases, target.wanted.front().entry->target) == path;
    if (follows && target.disk() != nullptr && target.disk()->identity == disk.identity) ++links;
  }
  return links;
}

/// Already another name of the inode that its leader keeps.
bool StepMaker::same_hard_link(const Target& link, const OnDisk& disk) const {
  const FileEntry& entry = *link.wanted.front().entry;
  const std::string path = canonical_path(facts_.aliases, entry.target);
  const Target* const leader = target(path);
  const OnDisk* const there = leader == nullptr ? nullptr : leader->disk();
  return there != nullptr && there->identity == disk.identity && !leader->wanted.empty() &&
         same_content(*leader->wanted.front().entry, *there) && !must_part(path, *leader, *there);
}

void StepMaker::look_at_leader(const std::string& path, const Target& link) {
  const Wanted& wanted = link.wanted.front();
  if (wanted.entry->type != FileType::hardlink) return;
  const std::string leader = canonical_path(facts_.aliases, wanted.entry->target);
  if (const Target* const known = target(leader); known != nullptr && known->disk() != nullptr) {
    leaders_.emplace(path, *known->disk());
  }
  if (place_of(leader) != place_of(path)) {
    problems_.push_back({ProblemKind::cross_place_link, *wanted.package, path, leader});
  }
}

}  // namespace minipkg::plan
