// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/model/path.hpp"
#include "lib/os/area.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/file_system.hpp"
#include "lib/system/inspector.hpp"

namespace minipkg {
namespace {

/// A symlink that the transaction takes away or lets lead to another place.
bool leads_elsewhere(const FileEntry& link, const Known& known) {
  return std::none_of(known.wanted.begin(), known.wanted.end(), [&link](const FileEntry* entry) {
    return entry->type == FileType::symlink && entry->target == link.target;
  });
}

}  // namespace

/// Areas are chosen by mount and device: a rename across two mounts of one file system fails, and so does one across
/// two btrfs subvolumes of one mount.
std::uint32_t Inspector::place_of(const std::string& directory) {
  if (const auto found = places_.find(directory); found != places_.end()) return found->second;
  const bool top = directory == "/";
  const std::uint32_t parent = top ? 0 : place_of(std::string(parent_path(directory)));
  const int fd = root_.try_directory(directory);
  std::uint32_t place = parent;
  if (fd >= 0) {
    const auto stat = os::look(fd, "", root_.full_name(directory));
    const bool same =
        !top && facts_.places[parent].dev == stat->disk.identity.dev && facts_.places[parent].mount == stat->mount;
    if (!same) {
      place = static_cast<std::uint32_t>(facts_.places.size());
      facts_.places.push_back(place_at(directory, fd, *stat));
    }
  }
  places_.emplace(directory, place);
  return place;
}

/// Packages name a path as they spell it: who spells it otherwise counts too, who means another place now does not.
std::vector<OwnerFact> Inspector::owners(const std::string& canonical) {
  std::vector<OwnerFact> owners;
  const auto add = [&](const std::string& spelled) {
    const os::Resolver::Resolved parent = before_.resolve(std::string(parent_path(spelled)));
    if (child_path(parent.canonical, base_name(spelled)) != canonical) return;
    for (OwnerFact& owner : packages_.owners(spelled)) owners.push_back(std::move(owner));
  };
  add(canonical);
  Aliases aliases = facts_.aliases_before;
  aliases.insert(facts_.aliases.begin(), facts_.aliases.end());
  for (const auto& [spelled, real] : aliases) {
    const bool top_level = std::count(spelled.begin(), spelled.end(), '/') == 1;
    if (!is_at_or_below(canonical, real) || (!top_level && parent_path(canonical) != real)) continue;
    add(spelled + canonical.substr(real.size()));
  }
  std::sort(owners.begin(), owners.end(),
            [](const auto& left, const auto& right) { return left.package < right.package; });
  const auto same = [](const auto& left, const auto& right) { return left.package == right.package; };
  owners.erase(std::unique(owners.begin(), owners.end(), same), owners.end());
  for (const OwnerFact& owner : owners) know_package(owner.package);
  return owners;
}

void Inspector::look_at(const std::string& path, const Known& known) {
  PathFact& fact = facts_.paths[path];
  const std::string directory(parent_path(path));
  fact.place = place_of(directory);
  fact.fs = facts_.places.at(fact.place).fs;
  fact.owners = owners(path);
  if (!known.had.empty()) fact.displaced = recorded(path, fact.place);
  const int dirfd = root_.try_directory(directory);
  if (dirfd < 0) return;
  const std::string name(base_name(path));
  const std::string full = root_.full_name(path);
  const auto stat = os::look(dirfd, name.c_str(), full);
  if (!stat) return;
  fact.disk = stat->disk;
  if (os::is_mount_point(*stat) && stat->disk.type == FileType::directory)
    fact.fs = os::file_system_of(root_.try_directory(path));
  fact.holds = holds(*stat, path);
  if (fact.displaced && fact.displaced->ino == stat->disk.identity.ino) fact.displaced.reset();
  if (stat->disk.type == FileType::symlink) {
    fact.disk->target = os::read_link(dirfd, name.c_str(), full);
    for (const FileEntry* entry : known.had) {
      if (leads_elsewhere(*entry, known)) fact.passed_by = packages_.owners_below(entry->path);
    }
  }
  const auto lists_xattrs = [](const FileEntry* entry) { return !entry->xattrs.empty(); };
  if (std::any_of(known.wanted.begin(), known.wanted.end(), lists_xattrs) ||
      std::any_of(known.had.begin(), known.had.end(), lists_xattrs)) {
    fact.disk->xattrs = os::read_xattrs(dirfd, name.c_str(), full);
  }
  if (stat->disk.type == FileType::regular) fact.disk->digest = content(dirfd, *stat, path, known);
  if (stat->disk.type == FileType::directory) {
    fact.unowned_children = unowned_children(path, known);
    look_at_unowned(fact, path, known);
  } else if (fact.owners.empty()) {
    fact.free_backup_name = free_backup_name(path);
  }
  if (stat->disk.type != FileType::directory && !known.had.empty()) fact.free_save_name = free_save_name(path);
}

/// The inode that was installed here, whatever stands here now.
std::optional<Identity> Inspector::recorded(const std::string& path, std::uint32_t place) const {
  if (state_ == nullptr || !state_->live() || !has_lasting_inodes(facts_.places.at(place).fs)) return std::nullopt;
  const auto recorded = state_->recorded(path);
  if (!recorded) return std::nullopt;
  return Identity{facts_.places.at(place).dev, recorded->ino, recorded->birth};
}

/// Nobody has touched the file since it was installed: its content is what was recorded then, and need not be read.
/// On a live root stat(2) must be what was noted, change time included; offline, size and exact time must be.
bool Inspector::is_as_recorded(const os::FileStat& stat, const std::string& path, const FileEntry& had) const {
  if (had.type != FileType::regular || stat.disk.size != had.size) return false;
  if (state_ != nullptr && state_->live()) {
    const auto recorded = state_->recorded(path);
    return recorded && *recorded == store::RecordedStat::of(stat.disk, stat.ctime);
  }
  return stat.disk.mtime_sec == had.mtime && stat.disk.mtime_nsec == 0;
}

std::optional<Digest> Inspector::content(int dirfd, const os::FileStat& stat, const std::string& path,
                                         const Known& known) {
  for (std::size_t at = 0; at < known.had.size(); ++at) {
    if (is_as_recorded(stat, path, *known.had[at])) return known.had_digests[at];
  }
  const bool could_be_wanted = std::any_of(known.wanted.begin(), known.wanted.end(), [&](const FileEntry* entry) {
    return entry->type == FileType::regular && entry->size == stat.disk.size;
  });
  if (known.had.empty() && !could_be_wanted) return std::nullopt;
  const Fd file = open_regular(dirfd, std::string(base_name(path)).c_str());
  if (!file) fail_errno("read", root_.full_name(path));
  return sha256_of_fd(file.get(), root_.full_name(path));
}

/// Who would be left behind, or destroyed, if the directory went: what no package of this transaction takes away.
std::vector<std::string> Inspector::unowned_children(const std::string& path, const Known& known) {
  std::vector<std::string> unowned;
  const bool becomes_file = std::any_of(known.wanted.begin(), known.wanted.end(),
                                        [](const FileEntry* entry) { return entry->type != FileType::directory; });
  if ((known.had.empty() || !known.wanted.empty()) && !becomes_file) return unowned;
  const int fd = os::open_beneath(root_.fd(), path.substr(1), O_RDONLY);
  if (fd < 0) fail_errno("open directory", root_.full_name(path));
  find_unowned(fd, path, path, becomes_file, unowned);
  std::sort(unowned.begin(), unowned.end());
  return unowned;
}

void Inspector::find_unowned(int dirfd, const std::string& path, const std::string& below, bool deep,
                             std::vector<std::string>& unowned) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(dirfd), ::closedir);
  if (stream == nullptr) fail_errno("read directory", root_.full_name(below));
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || name == os::area_directory) continue;
    const std::string at = child_path(below, name);
    const auto known = paths_.find(at);
    const bool not_ours = known == paths_.end() || known->second.had.empty();
    if (not_ours) unowned.push_back(at);
    if (not_ours && !deep) continue;
    const int inner = deep ? os::open_beneath(::dirfd(stream.get()), name, O_RDONLY) : -1;
    if (inner >= 0) find_unowned(inner, path, at, deep, unowned);
  }
}

std::string Inspector::free_save_name(const std::string& path) {
  const int dirfd = root_.directory(parent_path(path));
  std::string candidate = path + ".minipkg-save";
  for (int number = 1; os::look(dirfd, std::string(base_name(candidate)).c_str(), root_.full_name(candidate));
       ++number) {
    candidate = fmt::format("{}.minipkg-save.{}", path, number);
  }
  return candidate;
}

}  // namespace minipkg
