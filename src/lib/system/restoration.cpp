// SPDX-License-Identifier: MIT
#include "lib/system/restoration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/area.hpp"
#include "lib/os/file_stat.hpp"
#include "lib/os/resolver.hpp"
#include "minipkg/error.hpp"
#include "minipkg/text.hpp"

namespace minipkg {
namespace {

[[noreturn]] void refuse(std::uint64_t transaction, const std::string& why, const std::string& hint = {}) {
  throw Error(ErrorKind::refused, fmt::format("cannot undo '{}': {}", transaction, why), hint);
}

/// Which transactions to take back, newest first.
class Choice {
 public:
  explicit Choice(std::vector<HistoryEntry> newest_first) : history_(std::move(newest_first)) {
    std::erase_if(history_, [](const HistoryEntry& entry) { return entry.outcome != "done"; });
  }

  std::vector<std::uint64_t> undo(std::optional<std::uint64_t> transaction) const;
  std::vector<std::uint64_t> rollback(std::uint64_t transaction) const;

 private:
  void check_nobody_came_later(std::vector<HistoryEntry>::const_iterator chosen) const;
  static void check_kept(const HistoryEntry&);

  std::vector<HistoryEntry> history_;
};

void Choice::check_kept(const HistoryEntry& entry) {
  if (entry.kept) return;
  refuse(entry.transaction, "its old files are not kept any more",
         "install the package files of the version you want with --allow-downgrade");
}

std::vector<std::uint64_t> Choice::undo(std::optional<std::uint64_t> transaction) const {
  if (history_.empty()) throw Error(ErrorKind::refused, "cannot undo the last transaction: there is none");
  const auto chosen = std::find_if(history_.begin(), history_.end(), [&](const HistoryEntry& entry) {
    return !transaction || entry.transaction == *transaction;
  });
  if (chosen == history_.end()) refuse(*transaction, "no transaction of this number was done", "see minipkg history");
  check_nobody_came_later(chosen);
  check_kept(*chosen);
  return {chosen->transaction};
}

void Choice::check_nobody_came_later(std::vector<HistoryEntry>::const_iterator chosen) const {
  for (auto later = chosen; later-- != history_.begin();) {
    for (const PackageChange& change : later->changes) {
      const auto same = [&change](const PackageChange& one) { return one.name == change.name; };
      if (std::none_of(chosen->changes.begin(), chosen->changes.end(), same)) continue;
      refuse(chosen->transaction,
             fmt::format("transaction {} changed '{}' after it", later->transaction, printable(change.name)),
             fmt::format("undo {} first, or take back everything since: minipkg rollback {}", later->transaction,
                         chosen->transaction - 1));
    }
  }
}

std::vector<std::uint64_t> Choice::rollback(std::uint64_t transaction) const {
  const bool known = transaction == 0 || std::any_of(history_.begin(), history_.end(), [&](const HistoryEntry& entry) {
                       return entry.transaction >= transaction;
                     });
  if (!known) {
    throw Error(ErrorKind::refused, fmt::format("cannot roll back to '{}': no such transaction", transaction),
                "see minipkg history");
  }
  std::vector<std::uint64_t> numbers;
  for (const HistoryEntry& entry : history_) {
    if (entry.transaction <= transaction) break;
    check_kept(entry);
    numbers.push_back(entry.transaction);
  }
  return numbers;
}

using Manifests = std::map<std::string, std::optional<RecordedManifest>>;

std::optional<RecordedManifest> installed(store::Packages& packages, const std::string& name) {
  const auto package = packages.find(name);
  if (!package) return std::nullopt;
  return RecordedManifest{*packages.manifest(name), package->digest};
}

/// Matches what the packages were with what is kept of their files.
class Gathering {
 public:
  Gathering(const os::Tree& root, store::Packages& packages, store::State& state)
      : root_(root), packages_(packages), state_(state), resolver_(root) {}

  void take_back(const std::vector<std::uint64_t>& newest_first);
  std::unique_ptr<Restoration::Impl> finish();

 private:
  void add(RecordedManifest);
  void find_data(const RecordedManifest&, Incoming&, std::map<std::size_t, transaction::KeptFile>&);
  const std::optional<transaction::KeptFile>* stood_at(const std::string& path);
  bool stands(const std::string& path);
  void check_there(const FileEntry&, const transaction::KeptFile&) const;

  const os::Tree& root_;
  store::Packages& packages_;
  store::State& state_;
  os::Resolver resolver_;
  Manifests now_, then_;
  transaction::KeptFiles files_;
  std::unique_ptr<Restoration::Impl> result_ = std::make_unique<Restoration::Impl>();
};

void Gathering::take_back(const std::vector<std::uint64_t>& newest_first) {
  std::vector<Journal> oldest_first;
  for (const std::uint64_t number : newest_first) {
    for (const PackageBefore& before : state_.packages_before(number)) {
      const auto [known, is_new] = now_.try_emplace(before.name);
      if (is_new) known->second = installed(packages_, before.name);
      const auto [then, first] = then_.try_emplace(before.name, known->second);
      then->second = step_back(before, then->second);
    }
    oldest_first.insert(oldest_first.begin(), state_.journal(number));
    result_->first = number;
  }
  files_ = transaction::kept_files(root_, oldest_first);
}

std::unique_ptr<Restoration::Impl> Gathering::finish() {
  result_->request.downgrade = Downgrade::allow;
  result_->packages.reserve(then_.size());  // the request points into it
  for (auto& [name, manifest] : then_) {
    if (manifest) {
      add(std::move(*manifest));
    } else if (now_.at(name)) {
      result_->request.remove.push_back(name);
    }
  }
  return std::move(result_);
}

void Gathering::add(RecordedManifest then) {
  const RecordedManifest& recorded = result_->packages.emplace_back(std::move(then));
  Incoming incoming{&recorded.manifest, recorded.digest, "history", Data::kept, {}, {}};
  find_data(recorded, incoming, result_->kept.emplace_back());
  result_->request.install.push_back(std::move(incoming));
}

void Gathering::find_data(const RecordedManifest& then, Incoming& incoming,
                          std::map<std::size_t, transaction::KeptFile>& data) {
  std::map<std::string_view, std::uint32_t> missing;
  for (std::uint32_t at = 0; at < then.manifest.files.size(); ++at) {
    const FileEntry& entry = then.manifest.files[at];
    if (entry.type != FileType::regular) continue;
    const auto* const stood = stood_at(entry.path);
    if (stood == nullptr && stands(entry.path)) {
      incoming.left_alone.insert(at);  // whichever package it belonged to meanwhile
    } else if (stood != nullptr && *stood) {
      check_there(entry, **stood);
      data.emplace(at, **stood);
    } else {
      missing.emplace(entry.path, at);
    }
  }
  // Another name of the same file may have been there.
  for (const FileEntry& entry : then.manifest.files) {
    const auto leader = entry.type == FileType::hardlink ? missing.find(entry.target) : missing.end();
    const auto* const stood = leader == missing.end() ? nullptr : stood_at(entry.path);
    if (stood == nullptr || !*stood) continue;
    check_there(entry, **stood);
    data.emplace(leader->second, **stood);
    missing.erase(leader);
  }
  for (std::uint32_t at = 0; at < then.manifest.files.size(); ++at) {
    const FileEntry& entry = then.manifest.files[at];
    const std::string& leader = entry.type == FileType::hardlink ? entry.target : entry.path;
    if (missing.contains(leader)) incoming.omitted.insert(at);
  }
}

/// A directory may have been real then and be a symlink now: the steps of that time name it as it was.
const std::optional<transaction::KeptFile>* Gathering::stood_at(const std::string& path) {
  const std::string directory = resolver_.resolve(std::string(parent_path(path))).canonical;
  for (const std::string& spelling : {path, child_path(directory, base_name(path))}) {
    if (const auto found = files_.find(spelling); found != files_.end()) return &found->second;
  }
  return nullptr;
}

bool Gathering::stands(const std::string& path) {
  const int dirfd = root_.try_directory(resolver_.resolve(std::string(parent_path(path))).canonical);
  return dirfd >= 0 && os::look(dirfd, std::string(base_name(path)).c_str(), path);
}

void Gathering::check_there(const FileEntry& entry, const transaction::KeptFile& file) const {
  const std::string name = file.path();
  const int dirfd = root_.try_directory(parent_path(name));
  if (dirfd < 0 && errno == EACCES) fail_errno("look at", root_.full_name(name));
  const auto stat = dirfd < 0 ? std::nullopt : os::look(dirfd, std::string(base_name(name)).c_str(), name);
  if (stat && transaction::is_what_was_kept(file, *stat, entry)) return;
  refuse(file.transaction, fmt::format("the old '{}' was taken out of '{}', or changed there", printable(entry.path),
                                       printable(child_path(file.place, os::area_directory))));
}

}  // namespace

Restoration::Restoration(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Restoration::Restoration(Restoration&&) noexcept = default;
Restoration& Restoration::operator=(Restoration&&) noexcept = default;
Restoration::~Restoration() = default;
Request& Restoration::request() { return impl_->request; }

std::vector<transaction::Supply> Restoration::Impl::supplies() const {
  std::vector<transaction::Supply> supplies;
  for (std::size_t at = 0; at < packages.size(); ++at) {
    supplies.push_back({&packages[at].manifest, &packages[at].digest, nullptr, &kept[at]});
  }
  return supplies;
}

Restoration find_way_back(const os::Tree& root, store::Packages& packages, store::State* state, const WayBack& way) {
  if (state == nullptr || !state->live()) {
    throw Error(
        ErrorKind::refused,
        "cannot undo a transaction in '" + printable(root.full_name("/")) + "': an offline root keeps no history",
        "roots opened with --live keep it");
  }
  const Choice choice(state->history());
  Gathering gathering(root, packages, *state);
  gathering.take_back(way.kind == WayBack::Kind::undo ? choice.undo(way.transaction)
                                                      : choice.rollback(way.transaction.value_or(0)));
  return Restoration(gathering.finish());
}

}  // namespace minipkg
