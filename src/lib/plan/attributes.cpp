// SPDX-License-Identifier: MIT
#include "lib/plan/attributes.hpp"

#include <algorithm>

namespace minipkg::plan {
namespace {

std::uint32_t resolve(const std::map<std::string, std::uint32_t>& table, const std::string& name,
                      std::uint32_t number) {
  const auto found = table.find(name);
  return found == table.end() ? number : found->second;
}

}  // namespace

Attributes attributes_of(const FileEntry& entry, const Facts& facts) {
  Attributes attributes;
  attributes.mode = entry.mode;
  attributes.uid = resolve(facts.users, entry.owner.user, entry.owner.uid);
  attributes.gid = resolve(facts.groups, entry.owner.group, entry.owner.gid);
  attributes.mtime = entry.mtime;
  attributes.set = entry.xattrs;
  return attributes;
}

Attributes attributes_of(const FileEntry& entry, const Facts& facts, const PathFact& fact) {
  Attributes attributes = attributes_of(entry, facts);
  attributes.mtime = time_on(fact.fs, entry.mtime);
  if (fact.fs != FileSystem::fat) return attributes;
  attributes.set.clear();
  if (fact.disk) attributes.mode = fact.disk->mode, attributes.uid = fact.disk->uid, attributes.gid = fact.disk->gid;
  return attributes;
}

std::int64_t time_on(FileSystem fs, std::int64_t seconds) {
  constexpr std::int64_t year_1980 = 315'532'800, step = 2;  // FAT begins there
  return fs == FileSystem::fat ? std::max(year_1980, seconds - seconds % step) : seconds;
}

bool differ(const Attributes& wanted, const FileEntry& entry, const OnDisk& disk) {
  if (wanted.uid != disk.uid || wanted.gid != disk.gid) return true;
  if (entry.type != FileType::symlink && wanted.mode != disk.mode) return true;
  if (entry.type != FileType::directory && wanted.mtime && (*wanted.mtime != disk.mtime_sec || disk.mtime_nsec != 0)) {
    return true;
  }
  const bool lacks = std::any_of(wanted.set.begin(), wanted.set.end(), [&disk](const auto& xattr) {
    const auto present = disk.xattrs.find(xattr.first);
    return present == disk.xattrs.end() || present->second != xattr.second;
  });
  return lacks || !wanted.clear.empty();
}

bool same_content(const FileEntry& entry, const OnDisk& disk) {
  if (entry.type != disk.type) return false;
  switch (entry.type) {
    case FileType::regular:
      return entry.size == disk.size && disk.digest == entry.digest;
    case FileType::symlink:
      return entry.target == disk.target;
    case FileType::character:
    case FileType::block:
      return entry.dev_major == disk.dev_major && entry.dev_minor == disk.dev_minor;
    default:
      return true;
  }
}

}  // namespace minipkg::plan
