// SPDX-License-Identifier: MIT
#include "minipkg/system.hpp"

#include <map>
#include <set>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/resolver.hpp"
#include "lib/os/system_id.hpp"
#include "lib/system/restoration.hpp"
#include "lib/system/system_impl.hpp"

namespace minipkg {

namespace {

std::vector<OwnedPath> owners_of(const os::Tree& root, store::Packages& packages,
                                 const std::vector<std::string>& paths) {
  os::Resolver resolver(root);
  std::vector<OwnedPath> answers;
  for (const std::string& path : paths) {
    const std::string directory = resolver.resolve(std::string(parent_path(path))).canonical;
    const std::string real = child_path(directory, base_name(path));
    std::set<std::string> owners;
    std::set<std::string> spellings{path, real};
    // Packages may have recorded either side of a merged /usr.
    if (real.starts_with("/usr/")) spellings.insert(real.substr(4));
    for (const std::string& spelling : spellings) {
      const bool same = resolver.resolve(std::string(parent_path(spelling))).canonical == directory;
      if (!same) continue;
      for (const OwnerFact& owner : packages.owners(spelling)) owners.insert(owner.package);
    }
    answers.push_back({path, {owners.begin(), owners.end()}});
  }
  return answers;
}

}  // namespace

Reading::Reading(store::Packages& packages, store::State* state) {
  if (packages.database() != nullptr) {
    packages_.emplace(*packages.database(), store::SqlTransaction::Kind::read);
    packages.is_new();  // to ask is what takes the lock
  }
  if (state != nullptr) {
    state_.emplace(state->database(), store::SqlTransaction::Kind::read);
    state->live();
  }
}

Facts System::inspect(const Request& request) const {
  return impl_->read(Impl::Needs::both, [&] {
    return gather_facts(impl_->root, *impl_->packages, impl_->state ? &*impl_->state : nullptr, impl_->directory,
                        request);
  });
}

Report System::apply(const Plan& plan, const std::vector<const Package*>& packages, Observer& observer,
                     ArchiveCheck check) {
  if (!impl_->lock) throw Error(ErrorKind::internal, "cannot apply a plan: the root was opened for reading");
  if (plan.empty()) return {};
  std::vector<transaction::Supply> supplies;
  for (const Package* package : packages) supplies.push_back({&package->manifest(), &package->digest(), package, {}});
  Report report = impl_->run(plan, supplies, 0, observer, check);
  for (const Package* package : packages) {
    if (package->signed_by()) report.signatures.push_back({package->file(), package->signed_by(), {}});
  }
  return report;
}

Report System::apply(const Plan& plan, const Restoration& restoration, Observer& observer) {
  if (!impl_->lock) throw Error(ErrorKind::internal, "cannot apply a plan: the root was opened for reading");
  if (plan.empty()) return {};
  return impl_->run(plan, restoration.impl().supplies(), restoration.impl().first, observer, ArchiveCheck::as_needed);
}

Report System::Impl::run(const Plan& plan, const std::vector<transaction::Supply>& supplies, std::uint64_t restores,
                         Observer& observer, ArchiveCheck check) {
  auto on = context();
  if (discards_state) {
    transaction::prune_all(on);  // nobody could find what no state.db knows
    state->set_live(false);
  }
  if (state->live()) state->enter_boot(os::boot_id());
  if (restores == 0 && state->live()) make_room(plan);
  Report report = transaction::run(on, plan, supplies, {options.command, restores}, observer, check);
  try {
    prune_by_default();
  } catch (const Error& error) {
    report.warnings.push_back(std::string(error.what()) + "; old files could not be pruned");
  }
  return report;
}

Restoration System::way_back(const WayBack& way) const {
  return impl_->read(Impl::Needs::both, [&] {
    store::State* const state = impl_->state && !impl_->discards_state ? &*impl_->state : nullptr;
    return find_way_back(impl_->root, *impl_->packages, state, way);
  });
}

std::string System::close() {
  std::string untidy;
  try {
    impl_->close_offline();
  } catch (const std::exception& error) {
    untidy = error.what();
  }
  impl_->packages.reset();
  impl_->state.reset();
  impl_->lock.reset();
  return untidy;
}

std::vector<InstalledPackage> System::packages() const {
  return impl_->read(Impl::Needs::packages, [&] { return impl_->packages->all(); });
}

std::optional<InstalledPackage> System::package(const std::string& name) const {
  return impl_->read(Impl::Needs::packages, [&] { return impl_->packages->find(name); });
}

std::optional<Manifest> System::manifest(const std::string& name) const {
  return impl_->read(Impl::Needs::packages, [&] { return impl_->packages->manifest(name); });
}

std::vector<OwnedPath> System::owners(const std::vector<std::string>& paths) const {
  return impl_->read(Impl::Needs::packages, [&] { return owners_of(impl_->root, *impl_->packages, paths); });
}

VerifyReport System::verify(const std::vector<std::string>& names) const {
  // Reading everything takes long, and no writer shall wait for it. A transaction that went by meanwhile looks like
  // damage: what seems damaged is looked at again while nobody can change it.
  const VerifyReport report = verify_packages(impl_->root, *impl_->packages, names);
  if (report.findings.empty() && report.unknown.empty()) return report;
  impl_->root.forget();
  return impl_->read(Impl::Needs::packages, [&] { return verify_packages(impl_->root, *impl_->packages, names); });
}

std::vector<HistoryEntry> System::history() const {
  return impl_->read(Impl::Needs::both,
                     [&] { return impl_->state ? impl_->state->history() : std::vector<HistoryEntry>(); });
}

std::optional<HistoryEntry> System::history(std::uint64_t transaction) const {
  return impl_->read(Impl::Needs::both,
                     [&] { return impl_->state ? impl_->state->history(transaction) : std::nullopt; });
}

}  // namespace minipkg
