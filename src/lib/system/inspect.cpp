// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "lib/model/path.hpp"
#include "lib/os/names.hpp"
#include "lib/os/space.hpp"
#include "lib/system/inspector.hpp"

namespace minipkg {

Facts Inspector::gather() {
  find_packages();
  find_top_level_aliases();
  collect_had();
  plan_symlinks();
  collect_wanted();
  add_ancestors();
  place_of("/");
  find_backup_directory();
  for (const auto& [path, known] : paths_) look_at(path, known);
  look_at_backups();
  look_at_databases();
  find_reclaimable();
  facts_.file_size_limit = os::file_size_limit();
  facts_.uid = ::geteuid();
  facts_.gid = ::getegid();
  resolve_names();
  return std::move(facts_);
}

void Inspector::know_package(const std::string& name) {
  if (facts_.packages.contains(name)) return;
  if (auto package = packages_.find(name)) facts_.packages.emplace(name, std::move(*package));
}

void Inspector::find_packages() {
  const auto changes = [&](const std::string& name) {
    if (facts_.packages.contains(name) && !facts_.installed_files.contains(name)) {
      facts_.installed_files.emplace(name, packages_.files(name));
    }
  };
  for (const Incoming& incoming : request_.install) {
    const std::string& name = incoming.manifest->name;
    know_package(name);
    const auto there = facts_.packages.find(name);
    const bool same = there != facts_.packages.end() && there->second.digest == incoming.digest;
    if (!same || request_.reinstall == Reinstall::force) changes(name);
  }
  for (const std::string& name : request_.remove) {
    know_package(name);
    changes(name);
  }
}

/// The directory's symlinks followed; notes it wherever that makes a difference.
std::string Inspector::canonical(os::Resolver& resolver, const std::string& path) {
  const std::string directory(parent_path(path));
  const auto resolved = resolver.resolve(directory);
  if (!resolved.unsafe.empty()) facts_.unsafe_directories.emplace(directory, resolved.unsafe);
  Aliases& aliases = &resolver == &before_ ? facts_.aliases_before : facts_.aliases;
  if (resolved.canonical != directory) aliases.emplace(directory, resolved.canonical);
  return child_path(resolved.canonical, base_name(path));
}

/// A directory that a package lists may itself be a symlink to one.
void Inspector::note_alias(os::Resolver& resolver, const std::string& directory, Aliases& aliases) {
  const auto own = resolver.resolve(directory);
  if (own.unsafe.empty() && own.canonical != directory) aliases.emplace(directory, own.canonical);
}

/// On a merged /usr other packages may have recorded /lib/x for what is /usr/lib/x.
void Inspector::find_top_level_aliases() {
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    const auto resolved = before_.resolve(name);
    if (resolved.unsafe.empty() && resolved.canonical != name) facts_.aliases_before.emplace(name, resolved.canonical);
  }
}

void Inspector::collect_had() {
  for (const auto& [name, files] : facts_.installed_files) {
    std::map<std::string_view, const Digest*> leaders;
    for (const FileEntry& entry : files) leaders.emplace(entry.path, &entry.digest);
    for (const FileEntry& entry : files) {
      if (entry.type == FileType::directory) note_alias(before_, entry.path, facts_.aliases_before);
      const std::string path = canonical(before_, entry.path);
      Known& known = paths_[path];
      known.had.push_back(&entry);
      const auto leader = leaders.find(entry.type == FileType::hardlink ? entry.target : entry.path);
      known.had_digests.push_back(leader == leaders.end() ? entry.digest : *leader->second);
      if (entry.type == FileType::symlink) leaving_links_.insert(path);
    }
  }
}

/// Symlinks that this very transaction brings or takes away change where the paths of its packages lead.
void Inspector::plan_symlinks() {
  for (const Incoming& incoming : request_.install) {
    for (const FileEntry& entry : incoming.manifest->files) {
      if (entry.type == FileType::directory) continue;
      const auto parent = before_.resolve(std::string(parent_path(entry.path)));
      const std::string path = child_path(parent.canonical, base_name(entry.path));
      leaving_links_.erase(path);
    }
  }
  // What comes below a symlink that makes room for a directory is not where that symlink leads.
  os::Resolver without_leaving(root_, [this](const std::string& path) { return planned(path); });
  std::map<std::string, std::string> links;
  for (const Incoming& incoming : request_.install) {
    for (const FileEntry& entry : incoming.manifest->files) {
      if (entry.type != FileType::symlink) continue;
      const auto parent = without_leaving.resolve(std::string(parent_path(entry.path)));
      links.emplace(child_path(parent.canonical, base_name(entry.path)), entry.target);
    }
  }
  planned_links_ = std::move(links);
}

std::optional<std::string> Inspector::planned(const std::string& canonical) const {
  if (const auto link = planned_links_.find(canonical); link != planned_links_.end()) return link->second;
  if (leaving_links_.contains(canonical)) return "";
  return std::nullopt;
}

void Inspector::collect_wanted() {
  for (const Incoming& incoming : request_.install) {
    const auto there = facts_.packages.find(incoming.manifest->name);
    const bool same = there != facts_.packages.end() && there->second.digest == incoming.digest;
    if (same && request_.reinstall == Reinstall::skip) continue;
    for (const FileEntry& entry : incoming.manifest->files) {
      if (entry.path == "/") continue;
      if (entry.type == FileType::directory) note_alias(after_, entry.path, facts_.aliases);
      paths_[canonical(after_, entry.path)].wanted.push_back(&entry);
    }
  }
}

void Inspector::add_ancestors() {
  std::set<std::string, std::less<>> ancestors;
  for (const auto& [path, known] : paths_) {
    // Those above one that is known are added in its turn: of deep trees the list would be as long as all names
    // together.
    for (std::string_view at = parent_path(path); at != "/"; at = parent_path(at)) {
      if (ancestors.contains(at) || paths_.contains(std::string(at))) break;
      ancestors.emplace(at);
    }
  }
  for (const std::string& path : ancestors) paths_.try_emplace(path);
}

void Inspector::resolve_names() {
  const os::NameTable users = os::read_users(root_);
  const os::NameTable groups = os::read_groups(root_);
  const auto note = [](const os::NameTable& table, const std::string& name, std::map<std::string, std::uint32_t>& out) {
    if (const auto found = table.find(name); found != table.end()) out.insert(*found);
  };
  for (const Incoming& incoming : request_.install) {
    for (const FileEntry& entry : incoming.manifest->files) {
      note(users, entry.owner.user, facts_.users);
      note(groups, entry.owner.group, facts_.groups);
    }
  }
}

Facts gather_facts(const os::Tree& root, store::Packages& packages, store::State* state, const std::string& databases,
                   const Request& request) {
  return Inspector(root, packages, state, databases, request).gather();
}

}  // namespace minipkg
