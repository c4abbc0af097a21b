// SPDX-License-Identifier: MIT
#include "lib/restart/judge_paths.hpp"

#include <algorithm>

namespace minipkg::restart {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// All paths whose owners tell something of the findings.
foreign::Paths paths_to_ask(const std::vector<StaleProcess>& processes, const StalePlaces& places) {
  foreign::Paths paths;
  for (const StaleProcess& process : processes) {
    for (const StaleFile& file : process.files) {
      const std::string path = file.basis == Basis::path ? places.of(file).below_root : "";
      if (path.empty()) continue;
      paths.insert(path);
      if (file.kind != RetiredKind::removed) continue;
      paths.insert(parent_of(path));
      for (std::string& name : sonames(path)) paths.insert(std::move(name));
    }
  }
  paths.erase("");
  return paths;
}

class Judge {
 public:
  Judge(const StalePlaces& places, const ScanOptions& options, foreign::Owners owners, std::set<std::string> managed)
      : places_(places), options_(options), owners_(std::move(owners)), managed_(std::move(managed)) {}

  /// Whether it is to be told; if so it has its package.
  bool admits(StaleFile& file) const {
    if (file.basis != Basis::path) return true;
    const StalePlace place = places_.of(file);
    if (managed_.contains(place.below_root)) return false;
    if (const foreign::Owner* owner = owner_of(file, place)) {
      file.package = owner->package;
      file.new_version = owner->version;
    }
    return (!file.package.empty() || admits_unowned(file, place)) && is_asked_for(file);
  }

 private:
  const foreign::Owner* owner_of(const StaleFile& file, const StalePlace& place) const {
    if (place.below_root.empty()) return nullptr;
    std::vector<std::string> names{place.below_root};
    if (file.kind == RetiredKind::removed) {
      for (std::string& name : sonames(place.below_root)) names.push_back(std::move(name));
    }
    for (const std::string& name : names) {
      const auto owner = owners_.find(name);
      if (owner != owners_.end()) return &owner->second;
    }
    return nullptr;
  }

  bool admits_unowned(const StaleFile& file, const StalePlace& place) const {
    if (options_.unmanaged == Unmanaged::owned) {
      // A package that is gone cannot be asked, but others bring the directory.
      return file.kind == RetiredKind::removed && place.is_static && owners_.contains(parent_of(place.below_root));
    }
    return file.kind == RetiredKind::replaced || place.is_static || file.use == Use::executable;
  }

  bool is_asked_for(const StaleFile& file) const {
    const auto& wanted = options_.packages;
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), file.package) != wanted.end();
  }

  const StalePlaces& places_;
  const ScanOptions& options_;
  foreign::Owners owners_;
  std::set<std::string> managed_;
};

}  // namespace

std::vector<std::string> sonames(const std::string& path) {
  std::vector<std::string> names;
  const std::size_t base = path.rfind('/') + 1, suffix = path.find(".so.", base);
  if (suffix == std::string::npos) return names;
  for (std::size_t dot = path.rfind('.'); dot > suffix + 3; dot = path.rfind('.', dot - 1)) {
    names.push_back(path.substr(0, dot));
  }
  return names;
}

void judge_paths(std::vector<StaleProcess>& processes, const StalePlaces& places, const ScanOptions& options,
                 const OwnersAmong& owners_among, const ManagedAmong& managed_among) {
  const foreign::Paths paths = paths_to_ask(processes, places);
  const Judge judge(places, options, paths.empty() ? foreign::Owners() : owners_among(paths),
                    paths.empty() || !managed_among ? std::set<std::string>() : managed_among(paths));
  for (StaleProcess& process : processes) {
    std::erase_if(process.files, [&](StaleFile& file) { return !judge.admits(file); });
  }
  std::erase_if(processes, [](const StaleProcess& process) { return process.files.empty(); });
}

}  // namespace minipkg::restart
