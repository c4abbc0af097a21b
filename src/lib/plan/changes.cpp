// SPDX-License-Identifier: MIT
#include "lib/plan/changes.hpp"

#include <algorithm>
#include <set>

namespace minipkg::plan {
namespace {

const InstalledPackage* installed(const Facts& facts, const std::string& name) {
  const auto found = facts.packages.find(name);
  return found == facts.packages.end() ? nullptr : &found->second;
}

const std::vector<FileEntry>* installed_files(const Facts& facts, const std::string& name) {
  const auto found = facts.installed_files.find(name);
  return found == facts.installed_files.end() ? nullptr : &found->second;
}

bool is_accepted(const Request& request, const std::string& arch) {
  if (request.architectures.empty() || arch == "noarch" || arch == "any" || arch == "all") return true;
  return std::find(request.architectures.begin(), request.architectures.end(), arch) != request.architectures.end();
}

bool is_the_same(const InstalledPackage& there, const Incoming& incoming) {
  return there.version == incoming.manifest->version && there.digest == incoming.digest;
}

/// Versions of two schemes have no order: the change counts as a downgrade, which must be asked for.
Action action_for(const InstalledPackage* there, const Manifest& manifest) {
  if (there == nullptr) return Action::install;
  if (there->version == manifest.version && there->version_scheme == manifest.version_scheme) return Action::reinstall;
  if (there->version_scheme != manifest.version_scheme) return Action::downgrade;
  const int order = compare_versions(manifest.version_scheme, manifest.version, there->version);
  return order > 0 ? Action::upgrade : order == 0 ? Action::reinstall : Action::downgrade;
}

Changing install_one(const Request& request, const Facts& facts, std::uint32_t at, Problems& problems) {
  const Manifest& manifest = *request.install[at].manifest;
  const InstalledPackage* const there = installed(facts, manifest.name);
  Changing changing;
  changing.manifest = &manifest;
  changing.omitted = &request.install[at].omitted;
  changing.installed = installed_files(facts, manifest.name);
  PackageChange& change = changing.change;
  change.action = action_for(there, manifest);
  change.name = manifest.name;
  change.from_version = there == nullptr ? "" : there->version;
  change.to_version = manifest.version;
  change.arch = manifest.arch;
  change.incoming = at;
  change.size_change = static_cast<std::int64_t>(manifest.installed_size) -
                       static_cast<std::int64_t>(there == nullptr ? 0 : there->installed_size);
  if (change.action == Action::downgrade && request.downgrade == Downgrade::refuse) {
    const bool other_scheme = there->version_scheme != manifest.version_scheme;
    problems.push_back({other_scheme ? ProblemKind::unknown_scheme : ProblemKind::downgrade, manifest.name,
                        manifest.version, there->version});
  }
  if (!is_accepted(request, manifest.arch)) {
    problems.push_back({ProblemKind::wrong_architecture, manifest.name, "", manifest.arch});
  }
  return changing;
}

Changing remove_one(const Facts& facts, const InstalledPackage& there) {
  Changing changing;
  changing.installed = installed_files(facts, there.name);
  changing.change.action = Action::remove;
  changing.change.name = there.name;
  changing.change.from_version = there.version;
  changing.change.arch = there.arch;
  changing.change.size_change = -static_cast<std::int64_t>(there.installed_size);
  return changing;
}

}  // namespace

std::vector<Changing> decide_changes(const Request& request, const Facts& facts, Problems& problems) {
  std::vector<Changing> changing;
  std::set<std::string> named;
  const auto is_first = [&](const std::string& name) {
    if (named.insert(name).second) return true;
    problems.push_back({ProblemKind::repeated_package, name, "", ""});
    return false;
  };
  for (std::uint32_t at = 0; at < request.install.size(); ++at) {
    const Incoming& incoming = request.install[at];
    if (!is_first(incoming.manifest->name)) continue;
    const InstalledPackage* const there = installed(facts, incoming.manifest->name);
    const bool skip = there != nullptr && is_the_same(*there, incoming) && request.reinstall == Reinstall::skip;
    if (!skip) changing.push_back(install_one(request, facts, at, problems));
  }
  for (const std::string& name : request.remove) {
    if (!is_first(name)) continue;
    if (const InstalledPackage* const there = installed(facts, name)) {
      changing.push_back(remove_one(facts, *there));
    } else {
      problems.push_back({ProblemKind::not_installed, name, "", ""});
    }
  }
  std::sort(changing.begin(), changing.end(),
            [](const Changing& left, const Changing& right) { return left.change.name < right.change.name; });
  return changing;
}

}  // namespace minipkg::plan
