// SPDX-License-Identifier: MIT
#include "lib/restart/script_index.hpp"

#include <algorithm>

#include "lib/model/path.hpp"
#include "lib/restart/script_arguments.hpp"

namespace minipkg::restart {

bool shows_use(std::string_view path, std::uint16_t mode) {
  return language_of_name(path) != Language::none || language_of_extension(path) != Language::none ||
         may_be_script(path, mode);
}

ScriptIndex::ScriptIndex(int root_fd, std::vector<RetiredInode> rows, const std::vector<PackageFile>& present)
    : rows_(std::move(rows)) {
  const os::Viewpoint view{root_fd, root_fd, [this](std::uint64_t dev) {
                             devices_.insert(dev);
                             return true;
                           }};
  Parents parents;
  for (const RetiredInode& row : rows_) {
    ScriptPath* const script = add(view, row.path, row.package, parents);
    if (script == nullptr) continue;
    script->history.push_back(&row);
    if (is_module(row.language)) modules_[row.package].insert(script);
  }
  for (auto& [key, script] : paths_) sort_by_time(script.history);
  for (const PackageFile& file : present) {
    if (!modules_.contains(file.package)) continue;
    if (language_of_extension(file.path) != Language::none) {
      add_extension(view, file);
    } else {
      add(view, file.path, file.package, parents);
    }
  }
}

/// Names of one directory are looked up together: a package has thousands of modules in few directories.
std::optional<ScriptIndex::Key> ScriptIndex::key_of(const os::Viewpoint& view, const std::string& path,
                                                    Parents& parents) {
  const std::string name(base_name(path));
  const auto [known, is_new] = parents.try_emplace(std::string(parent_path(path)));
  if (is_new) {
    const std::vector<os::Spot> spots = spots_of(view, path);
    if (!spots.empty()) {
      const os::Spot& spot = spots.front();
      known->second = Key(spot.directory.dev, spot.directory.ino, spot.name.substr(0, spot.name.size() - name.size()));
    }
  }
  std::optional<Key> key = known->second;
  if (key) std::get<std::string>(*key) += name;
  return key;
}

ScriptPath* ScriptIndex::add(const os::Viewpoint& view, const std::string& path, const std::string& package,
                             Parents& parents) {
  auto key = key_of(view, path, parents);
  if (!key) return nullptr;
  const auto [script, is_new] = paths_.try_emplace(std::move(*key));
  if (is_new) script->second.path = path;
  script->second.packages.insert(package);
  return &script->second;
}

void ScriptIndex::add_extension(const os::Viewpoint& view, const PackageFile& file) {
  const std::vector<os::Spot> spots = spots_of(view, file.path);
  if (spots.empty() || spots.back().file.ino == 0) return;
  const Identity& identity = spots.back().file;
  extensions_[identity.ino] = {identity, language_of_extension(file.path), file.package};
}

const ScriptPath* ScriptIndex::at(const os::Spot& spot) const {
  const auto found = paths_.find(Key(spot.directory.dev, spot.directory.ino, spot.name));
  return found == paths_.end() ? nullptr : &found->second;
}

const ScriptPath* ScriptIndex::python_module(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    for (const auto& [key, script] : paths_) {
      const std::string_view path = script.path;
      if (!path.ends_with(name) || path.size() < name.size() + 2) continue;
      const std::string_view directory = path.substr(0, path.size() - name.size());
      if (directory.ends_with('/') && holds_python_modules(directory.substr(0, directory.size() - 1))) return &script;
    }
  }
  return nullptr;
}

const Extension* ScriptIndex::extension(std::uint64_t ino) const {
  const auto found = extensions_.find(ino);
  return found == extensions_.end() ? nullptr : &found->second;
}

const RetiredInode* ScriptIndex::old_module(const std::string& package, Language language,
                                            std::int64_t began_by) const {
  const auto modules = modules_.find(package);
  if (modules == modules_.end()) return nullptr;
  const RetiredInode* first = nullptr;
  for (const ScriptPath* script : modules->second) {
    const RetiredInode* const old = read_by(script->history, began_by);
    const bool fits = old != nullptr && old->language == language && old->package == package;
    if (fits && (first == nullptr || old->path < first->path)) first = old;
  }
  return first;
}

}  // namespace minipkg::restart
