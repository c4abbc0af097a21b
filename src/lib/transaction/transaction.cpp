// SPDX-License-Identifier: MIT
#include "lib/transaction/transaction.hpp"

#include <unistd.h>

#include "lib/base/fail.hpp"
#include "lib/os/area.hpp"
#include "lib/os/system_id.hpp"
#include "lib/transaction/commit.hpp"
#include "lib/transaction/finish.hpp"
#include "lib/transaction/journal_of_plan.hpp"
#include "lib/transaction/prepare.hpp"
#include "lib/transaction/stage.hpp"

namespace minipkg::transaction {
namespace {

std::vector<JournalPlace> places_of(const Context& context, const Plan& plan) {
  std::vector<JournalPlace> places;
  for (const Place& place : plan.places) {
    const auto stat = os::look(context.root.directory(place.top), "", context.root.full_name(place.top));
    places.push_back({place.top, os::mtime_of(stat->disk)});
  }
  return places;
}

void write_packages(store::Packages::Writing& writing, const Plan& plan, const std::vector<Supply>& supplies) {
  for (const PackageChange& change : plan.changes) {
    if (change.incoming) {
      writing.put(*supplies[*change.incoming].manifest, *supplies[*change.incoming].digest);
    } else {
      writing.erase(change.name);
    }
  }
}

/// COMMIT may report an error and still have happened, or the other way round: what the reopened file says decides. If
/// even that cannot be read, nothing is undone: `recover` asks again.
bool has_committed(Context& context, const std::string& id) {
  try {
    context.packages.reopen();
    return context.packages.transaction() == id;
  } catch (const Error& error) {
    throw Error(ErrorKind::needs_recover, error.what(),
                "the new files are in place, but not known to be recorded; remove the cause, then run 'minipkg "
                "recover'");
  }
}

void roll_back(store::Packages::Writing& writing) {
  try {
    writing.abandon();
  } catch (const Error& error) {
    throw Error(ErrorKind::needs_recover, error.what(),
                "the files are as they were; remove the cause, then run 'minipkg recover' for the database");
  }
}

/// A failure that undo has healed. What says more than "it failed" keeps its kind.
[[noreturn]] void rethrow_as_rolled_back(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::bad_package:
    case ErrorKind::interrupted:
    case ErrorKind::locked:
    case ErrorKind::refused:
      throw error;
    default:
      break;
  }
  throw Error(ErrorKind::rolled_back, error.what(),
              error.hint().empty() ? "everything was undone; the root is as it was" : error.hint());
}

/// One transaction up to its commit point. Everything before that is taken back by the caller if it throws.
class Running {
 public:
  Running(Context& context, const Plan& plan, const std::vector<Supply>& supplies, Observer& observer)
      : context_(context), plan_(plan), supplies_(supplies), observer_(observer) {}

  Journal journal;

  void begin(const Undertaking&);
  void until_commit_point(ArchiveCheck, Report&);
  [[noreturn]] void take_back_and_throw(const Error&);

 private:
  std::vector<PackageBefore> packages_before() const;
  void record(Report&);

  Context& context_;
  const Plan& plan_;
  const std::vector<Supply>& supplies_;
  Observer& observer_;
  std::optional<store::Packages::Writing> writing_;  ///< held until all is undone: nobody sees the tree between
};

/// The intent is durable before the first directory is made: no staging area is ever unknown.
void Running::begin(const Undertaking& undertaking) {
  journal.id = os::random_id();
  journal.restores = undertaking.restores;
  journal.places = places_of(context_, plan_);
  journal.number = context_.state.begin({journal.id, context_.clock, static_cast<std::uint32_t>(::getuid()),
                                         undertaking.command, plan_.changes, undertaking.restores},
                                        journal.places);
}

/// What undo will need to know of the packages, noted while packages.db still has it.
std::vector<PackageBefore> Running::packages_before() const {
  std::vector<PackageBefore> all;
  if (!context_.state.live()) return all;
  for (const PackageChange& change : plan_.changes) {
    std::optional<RecordedManifest> before;
    if (const auto installed = context_.packages.find(change.name)) {
      before = RecordedManifest{*context_.packages.manifest(change.name), installed->digest};
    }
    const Supply after = change.incoming ? supplies_[*change.incoming] : Supply{};
    all.push_back(difference(change.name, before ? &*before : nullptr, after.manifest, after.digest));
  }
  return all;
}

void Running::until_commit_point(ArchiveCheck check, Report& report) {
  observer_.phase(Observer::Phase::stage, plan_);
  journal.steps = journal_steps(plan_);
  std::vector<os::Area> areas;
  for (const JournalPlace& place : journal.places)
    areas.push_back(os::Area::make(context_.root, place.top, journal.id));
  const LiveTree tree(context_.root, journal, std::move(areas));
  report.unread_archives = stage(tree, plan_, supplies_, observer_, check, journal.steps);
  std::vector<RetiredInode> retired = prepare(tree, plan_, observer_);
  for (RetiredInode& inode : displaced(journal, plan_)) retired.push_back(std::move(inode));
  journal.touched = note_times(tree, touched_directories(journal.steps));
  sync_places(tree, context_.sync);

  const std::vector<PackageBefore> before = packages_before();

  // A reader who never lets go would stop the COMMIT after the renames: nobody reads from here on.
  writing_.emplace(context_.packages);
  write_packages(*writing_, plan_, supplies_);
  journal.renamed = os::since_boot();
  context_.state.write_journal(journal, retired, before);
  journal.state = JournalState::committing;

  observer_.phase(Observer::Phase::commit, plan_);
  const std::vector<Notice> notices = commit(tree, plan_, observer_);
  // After the last name: who begins in between may still read an old file, and must not be missed.
  journal.renamed = os::since_boot();
  report.notices.insert(report.notices.end(), notices.begin(), notices.end());
  sync_places(tree, context_.sync);
  stop_if_asked(observer_);
  observer_.phase(Observer::Phase::record, plan_);
  record(report);
}

void Running::record(Report& report) {
  try {
    writing_->commit(journal.id);
  } catch (const Error& error) {
    writing_.reset();
    if (!has_committed(context_, journal.id)) throw;
    report.warnings.emplace_back(error.what());
  }
  writing_.reset();
}

/// Undoes what was done so far, and says so.
void Running::take_back_and_throw(const Error& error) {
  if (error.kind() == ErrorKind::needs_recover) throw error;
  take_back(context_, journal);
  if (writing_) roll_back(*writing_);
  rethrow_as_rolled_back(error);
}

}  // namespace

Report run(Context& context, const Plan& plan, const std::vector<Supply>& supplies, const Undertaking& undertaking,
           Observer& observer, ArchiveCheck check) {
  Report report{0, plan.changes, plan.totals, plan.notices, {}, {}, {}};
  Running running(context, plan, supplies, observer);
  try {
    running.begin(undertaking);
    running.until_commit_point(check, report);
  } catch (const Error& error) {
    running.take_back_and_throw(error);
  } catch (const std::exception& error) {
    running.take_back_and_throw(Error(ErrorKind::rolled_back, error.what()));
  }
  if (context.state.live()) report.transaction = running.journal.number;
  observer.phase(Observer::Phase::sweep, plan);
  try {
    // A COMMIT that happened but failed may not be on the disk yet: that comes before the way back is removed.
    if (!report.warnings.empty()) context.packages.sync_directory();
    finish(context, running.journal);
  } catch (const std::exception& error) {
    report.warnings.push_back(std::string(error.what()) + "; the packages are installed, the next command cleans up");
  }
  return report;
}

}  // namespace minipkg::transaction
