// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/space.hpp"
#include "lib/system/inspector.hpp"

namespace minipkg {

Place Inspector::place_at(const std::string& top, int fd, const os::FileStat& stat) {
  Place place;
  place.top = top;
  place.dev = stat.disk.identity.dev;
  place.mount = stat.mount;
  const auto mount = mounts_.find(stat.mount);
  place.fs = os::file_system_of(fd);
  place.super_block = mount == mounts_.end() ? place.dev : mount->second.file_system;
  os::measure(fd, mount == mounts_.end() ? root_.full_name(top) : mount->second.point, root_.full_name(top), place);
  return place;
}

/// What kept old files could give up. An undo may need them itself.
void Inspector::find_reclaimable() {
  const bool undo = std::any_of(request_.install.begin(), request_.install.end(),
                                [](const Incoming& one) { return one.data == Data::kept; });
  if (state_ == nullptr || undo) return;
  std::map<std::string, std::uint64_t> bytes;
  for (const Journal& kept : state_->kept()) {
    for (const JournalPlace& place : kept.places) bytes[place.top] += place.kept_bytes;
  }
  for (Place& place : facts_.places) place.reclaimable_bytes = bytes[place.top];
}

bool Inspector::may_write(const std::string& directory) const {
  const int fd = root_.try_directory(directory);
  return fd < 0 || ::faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) == 0 || errno != EACCES;
}

std::vector<Hold> Inspector::holds(const os::FileStat& stat, const std::string& path) {
  std::vector<Hold> holds = stat.holds;
  if (swaps_.contains({stat.disk.identity.dev, stat.disk.identity.ino})) holds.push_back(Hold::swap_file);
  if (stat.disk.type == FileType::directory && !may_write(path)) holds.push_back(Hold::not_permitted);
  return holds;
}

/// Nobody has planned anything for these: they are looked at because their directory changes its type.
void Inspector::look_at_unowned(PathFact& of, const std::string& path, const Known& known) {
  if (known.wanted.empty() || known.wanted.front()->type == FileType::directory) return;
  of.free_backup_name = free_backup_name(path);
  const std::uint32_t place = of.free_backup_name.empty() ? 0 : place_of(std::string(parent_path(of.free_backup_name)));
  for (const std::string& child : of.unowned_children) {
    const Known unknown;
    if (!paths_.contains(child)) look_at(child, unknown);
    PathFact& fact = facts_.paths[child];
    if (of.free_backup_name.empty()) continue;
    facts_.paths[of.free_backup_name + child.substr(path.size())].place = place;
    if (!fact.disk || fact.disk->type != FileType::directory) continue;
    const int dirfd = root_.directory(parent_path(child));
    fact.disk->xattrs = os::read_xattrs(dirfd, std::string(base_name(child)).c_str(), root_.full_name(child));
  }
}

void Inspector::find_backup_directory() {
  if (request_.backup_unowned.empty()) return;
  const auto resolved = before_.resolve(request_.backup_unowned);
  if (!resolved.unsafe.empty()) facts_.unsafe_directories.emplace(request_.backup_unowned, resolved.unsafe);
  facts_.backup_directory = resolved.canonical;
}

std::string Inspector::free_backup_name(const std::string& path) {
  if (facts_.backup_directory.empty()) return {};
  const std::string wish = child_path(facts_.backup_directory, path.substr(1));
  std::string candidate = wish;
  const int dirfd = root_.try_directory(parent_path(wish));
  for (int number = 1; dirfd >= 0 && os::look(dirfd, std::string(base_name(candidate)).c_str(), candidate); ++number) {
    candidate = fmt::format("{}.{}", wish, number);
  }
  return candidate;
}

/// What --backup-unowned could make: the names themselves and all directories above them.
void Inspector::look_at_backups() {
  std::vector<std::string> names;
  for (const auto& [path, fact] : facts_.paths) {
    if (!fact.free_backup_name.empty()) names.push_back(fact.free_backup_name);
  }
  for (const std::string& name : names) {
    for (std::string at = name; at != "/"; at = parent_path(at)) {
      const Known unknown;
      if (const auto known = facts_.paths.find(at); known == facts_.paths.end()) look_at(at, unknown);
    }
  }
}

void Inspector::look_at_databases() {
  Databases& databases = facts_.databases;
  databases.directory = databases_;
  databases.nearest = databases_;
  while (root_.try_directory(databases.nearest) < 0) databases.nearest = parent_path(databases.nearest);
  databases.place = place_of(databases.nearest);
  for (const std::string& path : {std::string("/"), databases.nearest}) {
    const auto stat = os::look(root_.directory(path), "", root_.full_name(path));
    facts_.paths[path].holds = holds(*stat, path);
  }
  if (databases.nearest != databases_) return;
  for (const auto& [name, size] :
       {std::pair{packages_file, &databases.packages_size}, std::pair{state_file, &databases.state_size}}) {
    const std::string path = child_path(databases_, name);
    const int dirfd = root_.directory(databases_);
    const auto stat = os::look(dirfd, name, root_.full_name(path));
    if (!stat) continue;
    *size = stat->disk.size;
    facts_.paths[path].holds = holds(*stat, path);
    const bool denied = ::faccessat(dirfd, name, W_OK, AT_EACCESS) != 0 && errno == EACCES;
    if (denied) facts_.paths[path].holds.push_back(Hold::not_permitted);
  }
  if (state_ == nullptr || !state_->live()) databases.parked_size = databases.packages_size;
}

}  // namespace minipkg
