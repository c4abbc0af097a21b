// SPDX-License-Identifier: MIT
#include "lib/model/package_before.hpp"

#include <algorithm>
#include <map>

#include "minipkg/error.hpp"
#include "minipkg/text.hpp"

namespace minipkg {
namespace {

using ByPath = std::map<std::string, const FileEntry*>;

ByPath by_path(const Manifest* manifest) {
  ByPath entries;
  if (manifest == nullptr) return entries;
  for (const FileEntry& entry : manifest->files) entries.emplace(entry.path, &entry);
  return entries;
}

std::string head_of(const Manifest& manifest) {
  Manifest head = manifest;
  head.files.clear();
  head.installed_size = 0;  // of no files
  return canonical_json(head);
}

}  // namespace

PackageBefore difference(const std::string& name, const RecordedManifest* before, const Manifest* after,
                         const Digest* after_digest) {
  PackageBefore difference;
  difference.name = name;
  if (after_digest != nullptr) difference.after = *after_digest;
  if (before == nullptr) return difference;
  difference.before = before->digest;
  difference.head = head_of(before->manifest);
  difference.installed_size = before->manifest.installed_size;
  ByPath later = by_path(after);
  for (const FileEntry& entry : before->manifest.files) {
    const auto found = later.find(entry.path);
    if (found == later.end() || !(*found->second == entry)) difference.were.push_back(entry);
    if (found != later.end()) later.erase(found);
  }
  for (const auto& [path, entry] : later) difference.were_not.push_back(path);
  return difference;
}

std::optional<RecordedManifest> step_back(const PackageBefore& difference,
                                          const std::optional<RecordedManifest>& after) {
  const bool as_left = after ? difference.after == after->digest : !difference.after;
  if (!as_left) {
    throw Error(ErrorKind::refused,
                "cannot bring back '" + printable(difference.name) + "': it is not any more what the transaction left");
  }
  if (!difference.before) return std::nullopt;
  std::map<std::string, FileEntry> files;
  if (after) {
    for (const FileEntry& entry : after->manifest.files) files.emplace(entry.path, entry);
  }
  for (const std::string& path : difference.were_not) files.erase(path);
  for (const FileEntry& entry : difference.were) files.insert_or_assign(entry.path, entry);

  RecordedManifest before{parse_manifest(difference.head, "history", OddNames::allow), *difference.before};
  before.manifest.installed_size = difference.installed_size;
  for (auto& [path, entry] : files) before.manifest.files.push_back(std::move(entry));
  if (manifest_digest(before.manifest) != before.digest) {
    throw Error(ErrorKind::cannot_answer,
                "cannot bring back '" + printable(difference.name) + "': its record in history is damaged");
  }
  return before;
}

}  // namespace minipkg
