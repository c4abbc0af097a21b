// SPDX-License-Identifier: MIT
#include "lib/restart/scan.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lib/base/fail.hpp"
#include "lib/foreign/owners.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/caller.hpp"
#include "lib/restart/describe.hpp"
#include "lib/restart/filter.hpp"
#include "lib/restart/match.hpp"
#include "lib/restart/path_finder.hpp"
#include "lib/restart/pins.hpp"
#include "lib/restart/probe.hpp"
#include "lib/restart/record_finder.hpp"
#include "lib/restart/script_finder.hpp"
#include "lib/restart/visit_all.hpp"

namespace minipkg::restart {
namespace {

/// What all threads read. Theirs as long as they run: one that waits for a dead file server outlives the scan.
struct Shared {
  Fd proc, root;
  ScanOptions options;
  ProcessFilter filter;
  RetiredIndex alive;
  ScriptIndex scripts;
  std::string manager_root;  ///< of placement.hpp
  bool looks_at_paths;
  std::unique_ptr<StalePlaces> places = std::make_unique<StalePlaces>();
};

/// Asks every finder about each process.
class ProcessVisitor : public Visitor {
 public:
  explicit ProcessVisitor(std::shared_ptr<const Shared> shared)
      : shared_(std::move(shared)),
        users_(shared_->root.get()),
        view_(os::MappingSource::automatic, shared_->looks_at_paths ? os::MappingNames::ask : os::MappingNames::skip) {
    if (!shared_->alive.rows().empty()) {
      finders_.push_back(std::make_unique<RecordFinder>(shared_->root.get(), shared_->alive, shared_->options.files));
    }
    if (!shared_->scripts.empty()) {
      finders_.push_back(std::make_unique<ScriptFinder>(shared_->root.get(), shared_->scripts, shared_->alive,
                                                        shared_->options.guesses));
    }
    if (shared_->looks_at_paths) {
      finders_.push_back(
          std::make_unique<PathFinder>(PathFinder::Task{shared_->root.get(), &shared_->alive, shared_->options.files,
                                                        shared_->options.unmanaged, shared_->places.get()}));
    }
  }

  Visit visit(std::uint32_t pid) override {
    Visit visit{view_.open(shared_->proc.get(), pid), std::nullopt};
    if (visit.outcome == Outcome::nothing_there) return visit;
    if (!shared_->filter.passes(view_, shared_->manager_root)) return {Outcome::nothing_there, std::nullopt};
    std::vector<StaleFile> found;
    for (const auto& finder : finders_) {
      if (finder->look(view_, found) == Outcome::unreadable) visit.outcome = Outcome::unreadable;
    }
    if (view_.mappings_outcome() != Outcome::looked_at) visit.outcome = view_.mappings_outcome();
    if (found.empty()) return visit;
    merge_files(found);
    sort_files(found);
    visit.process = describe(view_, users_, shared_->manager_root);
    if (visit.process) visit.process->files = std::move(found);
    return visit;
  }

 private:
  std::shared_ptr<const Shared> shared_;
  UserNames users_;
  ProcessView view_;
  std::vector<std::unique_ptr<Finder>> finders_;
};

template <class Value>
bool is_asked_for(const std::vector<Value>& wanted, const Value& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

std::vector<RetiredInode> wanted(const std::vector<RetiredInode>& retired, const ScanOptions& options) {
  const std::string boot = boot_id();
  std::vector<RetiredInode> rows;
  for (const RetiredInode& row : retired) {
    if (is_asked_for(options.packages, row.package) && row.boot_id == boot) rows.push_back(row);
  }
  return rows;
}

/// Scripts and modules, returned ones too, of which it is known when they went.
std::vector<RetiredInode> scripts_among(const std::vector<RetiredInode>& rows) {
  std::vector<RetiredInode> scripts;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(scripts),
               [](const RetiredInode& row) { return row.language != Language::none && row.renamed != 0; });
  return scripts;
}

/// Those that somebody may hold.
std::vector<RetiredInode> still_asked_for(std::vector<RetiredInode> rows) {
  std::erase_if(rows, [](const RetiredInode& row) { return row.returned || row.settled; });
  return distinct(std::move(rows));
}

/// Files that minipkg did not replace are looked for by themselves where another package manager may have.
bool looks_at_paths(int root_fd, Unmanaged unmanaged) {
  return unmanaged == Unmanaged::everything || (unmanaged == Unmanaged::owned && foreign::has_database(root_fd));
}

std::vector<std::uint32_t> processes_to_look_at(const Shared& shared) {
  if (!shared.options.pids.empty()) return shared.options.pids;
  auto processes = os::numbered_entries(shared.proc.get());
  if (!processes) fail_errno("list", shared.options.proc);
  return std::move(*processes);
}

/// Those that no later question needs: the gone, and what is unused and cannot be reached any more.
std::vector<RetiredInode> settled(int root_fd, int proc, std::vector<RetiredInode> gone,
                                  std::vector<RetiredInode> unused) {
  if (unused.empty()) return gone;
  const Pins pins = Pins::read(proc);
  std::string root = os::link_text(AT_FDCWD, fmt::format("/proc/self/fd/{}", root_fd).c_str());
  if (root == "/") root.clear();
  for (RetiredInode& row : unused) {
    if (!pins.may_lead_to(root + row.path)) gone.push_back(std::move(row));
  }
  return gone;
}

}  // namespace

Scan scan(int root_fd, const std::vector<RetiredInode>& retired, const ScanOptions& options, const Known& known) {
  Fd proc(::open(options.proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc) fail_errno("open", options.proc);
  const ProcessFilter filter(root_fd, options);  // an unknown user is an error even if nothing is on record
  Scan scan;
  std::vector<RetiredInode> rows = wanted(retired, options);
  std::vector<RetiredInode> scripts = scripts_among(rows);
  rows = still_asked_for(std::move(rows));
  scan.report.retired = rows.size();
  Probed probed = probe(root_fd, std::move(rows));
  scan.report.alive = probed.alive.size();
  scan.settled = settled(root_fd, proc.get(), std::move(probed.gone), std::move(probed.unused));
  // Without guesses only who still holds a script is told.
  if (options.guesses == Guesses::omit && probed.alive.empty()) scripts.clear();
  const bool by_path = looks_at_paths(root_fd, options.unmanaged);
  if (probed.alive.empty() && scripts.empty() && !by_path) return scan;
  std::string manager_root = manager_root_in(proc.get());
  const auto shared = std::make_shared<const Shared>(Shared{
      std::move(proc), Fd(::fcntl(root_fd, F_DUPFD_CLOEXEC, 0)), options, filter, RetiredIndex(std::move(probed.alive)),
      ScriptIndex(root_fd, std::move(scripts), known.present), std::move(manager_root), by_path});
  Visits visits = visit_all(processes_to_look_at(*shared), [&] { return std::make_unique<ProcessVisitor>(shared); });
  judge_paths(
      visits.processes, *shared->places, options,
      [root_fd](const foreign::Paths& paths) { return foreign::owners_of(root_fd, paths); }, known.managed);
  scan.report.processes = std::move(visits.processes);
  scan.report.scanned = visits.scanned;
  scan.report.unreadable = visits.unreadable;
  return scan;
}

std::string boot_id() {
  std::string text;
  if (!os::read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text)) return {};
  return text.substr(0, text.find('\n'));
}

}  // namespace minipkg::restart
