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
bool goes_through_symlink(const Aliases& aliases, const FileEntry& entry, const std::string& canonical) {
  if (entry.type != FileType::directory) return false;
  const auto alias = aliases.find(entry.path);
  return alias != aliases.end() && alias->second != canonical;
}

/// Where nobody must write, or take away, in the name of a package.
bool is_unsafe(const Facts& facts, const std::string& package, const FileEntry& entry, Problems& problems) {
  const auto unsafe = facts.unsafe_directories.find(std::string(parent_path(entry.path)));
  if (unsafe == facts.unsafe_directories.end()) return false;
  problems.push_back({ProblemKind::unsafe_path, package, entry.path, unsafe->second});
  return true;
}

/// The databases, wherever a symlink has them, and the staging areas belong to no package.
bool is_our_own(const std::string& canonical, const std::string& databases) {
  constexpr std::string_view state = "/var/lib/minipkg", area = "/.minipkg";
  const auto is_in = [&](std::string_view directory) {
    return !directory.empty() && canonical != directory && is_at_or_below(canonical, directory);
  };
  return is_in(state) || is_in(databases) || canonical.ends_with(area) ||
         canonical.find(std::string(area) + "/") != std::string::npos;
}

void collect_wanted(const Changing& changing, const Facts& facts, Targets& targets, Problems& problems) {
  const Manifest& manifest = *changing.manifest;
  for (std::uint32_t at = 0; at < manifest.files.size(); ++at) {
    const FileEntry& entry = manifest.files[at];
    if (changing.omitted != nullptr && changing.omitted->contains(at)) continue;
    if (is_unsafe(facts, manifest.name, entry, problems)) continue;
    const std::string canonical = canonical_path(facts.aliases, entry.path);
    if (is_our_own(canonical, facts.databases.directory)) {
      problems.push_back({ProblemKind::unsafe_path, manifest.name, entry.path, "it is where minipkg keeps its own"});
      continue;
    }
    if (goes_through_symlink(facts.aliases, entry, canonical)) continue;
    targets[canonical].wanted.push_back({{*changing.change.incoming, at}, &entry, &manifest.name});
  }
}

void collect_had(const Changing& changing, const Facts& facts, Targets& targets, Problems& problems) {
  std::unordered_map<std::string_view, const FileEntry*> leaders;
  for (const FileEntry& entry : *changing.installed) {
    if (entry.type == FileType::regular) leaders.emplace(entry.path, &entry);
  }
  for (const FileEntry& entry : *changing.installed) {
    if (is_unsafe(facts, changing.change.name, entry, problems)) continue;
    const std::string canonical = canonical_path(facts.aliases_before, entry.path);
    if (goes_through_symlink(facts.aliases_before, entry, canonical)) continue;
    const auto leader = leaders.find(entry.type == FileType::hardlink ? entry.target : entry.path);
    const Digest digest = leader == leaders.end() ? entry.digest : leader->second->digest;
    targets[canonical].had.push_back({&entry, &changing.change.name, digest});
  }
}

}  // namespace

std::string canonical_path(const Aliases& aliases, const std::string& path) {
  const auto alias = aliases.find(std::string(parent_path(path)));
  if (alias == aliases.end()) return path;
  return child_path(alias->second, base_name(path));
}

Targets collect_targets(const std::vector<Changing>& changing, const Facts& facts, Problems& problems) {
  Targets targets;
  for (const Changing& one : changing) {
    if (one.manifest != nullptr) collect_wanted(one, facts, targets, problems);
    if (one.installed != nullptr) collect_had(one, facts, targets, problems);
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
