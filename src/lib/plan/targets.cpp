// SPDX-License-Identifier: MIT
#include "lib/plan/targets.hpp"

#include <algorithm>
#include <unordered_map>

#include "lib/model/path.hpp"

namespace minipkg::plan {
namespace {

const PathFact nothing_there;

const PathFact* fact_of(const Facts& facts, const std::string& path) {
  const auto found = facts.paths.find(path);
  return found == facts.paths.end() ? &nothing_there : &found->second;
}

/// A directory of the package is a symlink to a directory in this root: its files go through it.
bool goes_through_symlink(const Facts& facts, const FileEntry& entry, const std::string& canonical) {
  if (entry.type != FileType::directory) return false;
  const auto alias = facts.aliases.find(entry.path);
  return alias != facts.aliases.end() && alias->second != canonical;
}

void collect_wanted(const Changing& changing, const Facts& facts, Targets& targets, Problems& problems) {
  const Manifest& manifest = *changing.manifest;
  for (std::uint32_t at = 0; at < manifest.files.size(); ++at) {
    const FileEntry& entry = manifest.files[at];
    if (entry.path == "/") continue;
    const std::string parent(parent_path(entry.path));
    if (const auto unsafe = facts.unsafe_directories.find(parent); unsafe != facts.unsafe_directories.end()) {
      problems.push_back({ProblemKind::unsafe_path, manifest.name, entry.path, unsafe->second});
      continue;
    }
    const std::string canonical = canonical_path(facts, entry.path);
    if (goes_through_symlink(facts, entry, canonical)) continue;
    targets[canonical].wanted.push_back({{*changing.change.incoming, at}, &entry, &manifest.name});
  }
}

void collect_had(const Changing& changing, const Facts& facts, Targets& targets) {
  std::unordered_map<std::string_view, const FileEntry*> leaders;
  for (const FileEntry& entry : *changing.installed) {
    if (entry.type == FileType::regular) leaders.emplace(entry.path, &entry);
  }
  for (const FileEntry& entry : *changing.installed) {
    const std::string canonical = canonical_path(facts, entry.path);
    if (goes_through_symlink(facts, entry, canonical)) continue;
    const auto leader = leaders.find(entry.type == FileType::hardlink ? entry.target : entry.path);
    const Digest digest = leader == leaders.end() ? entry.digest : leader->second->digest;
    targets[canonical].had.push_back({&entry, &changing.change.name, digest});
  }
}

}  // namespace

std::string canonical_path(const Facts& facts, const std::string& path) {
  const auto alias = facts.aliases.find(std::string(parent_path(path)));
  if (alias == facts.aliases.end()) return path;
  const std::string name(base_name(path));
  return alias->second == "/" ? "/" + name : alias->second + "/" + name;
}

Targets collect_targets(const std::vector<Changing>& changing, const Facts& facts, Problems& problems) {
  Targets targets;
  for (const Changing& one : changing) {
    if (one.manifest != nullptr) collect_wanted(one, facts, targets, problems);
    if (one.installed != nullptr) collect_had(one, facts, targets);
  }
  for (auto& [path, target] : targets) {
    target.fact = fact_of(facts, path);
    std::stable_sort(target.wanted.begin(), target.wanted.end(),
                     [](const Wanted& left, const Wanted& right) { return *left.package < *right.package; });
  }
  return targets;
}

void add_ancestors(std::set<std::string>& directories, const std::string& path) {
  for (std::string_view at = parent_path(path); at != "/"; at = parent_path(at)) {
    if (!directories.insert(std::string(at)).second) return;
  }
}

std::set<std::string> wanted_ancestors(const Targets& targets) {
  std::set<std::string> ancestors;
  for (const auto& [path, target] : targets) {
    if (!target.wanted.empty()) add_ancestors(ancestors, path);
  }
  return ancestors;
}

}  // namespace minipkg::plan
