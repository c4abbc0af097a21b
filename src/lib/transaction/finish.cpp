// SPDX-License-Identifier: MIT
#include "lib/transaction/finish.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/os/attributes.hpp"
#include "lib/transaction/undo.hpp"
#include "minipkg/error.hpp"

namespace minipkg::transaction {
namespace {

using Keep = store::State::Keep;

/// Making and removing .minipkg changes the time of the directory it lies in; unless the transaction changes that
/// directory for good, it gets its time back.
enum class Times { all, untouched };

/// All of that is on the disk before the journal is closed: an area that came back after that would stay for ever.
void restore_tops(const Context& context, const Journal& journal, Times times) {
  const os::Tree& root = context.root;
  for (const JournalPlace& place : journal.places) {
    const bool touched = std::any_of(journal.touched.begin(), journal.touched.end(),
                                     [&](const TouchedDirectory& one) { return one.path == place.top; });
    const int top = root.try_directory(place.top);
    if (top >= 0 && (times == Times::all || !touched)) os::set_mtime(top, place.mtime, root.full_name(place.top));
    if (top >= 0 && context.sync == Sync::fs) os::sync_file_system_of(top, root.full_name(place.top));
  }
}

void remove_areas(const Context& context, const Journal& journal, Times times) {
  for (const JournalPlace& place : journal.places) os::Area::remove(context.root, place.top, journal.id);
  restore_tops(context, journal, times);
}

/// Of an area where nothing is kept, nothing stays.
void tidy_areas(const Context& context, const Journal& journal) {
  for (const JournalPlace& place : journal.places) os::Area::remove_if_empty(context.root, place.top, journal.id);
  restore_tops(context, journal, Times::untouched);
}

/// Where numbers last: what somebody else has put in its place meanwhile is not what was installed.
bool is_what_came(const LiveTree& tree, std::size_t at, const os::FileStat& stat) {
  const JournalStep& step = tree.journal().steps[at];
  const std::uint64_t ino = step.staged_ino != 0 ? step.staged_ino : step.before_ino;
  return !has_lasting_inodes(tree.fs(at)) || ino == 0 || stat.disk.identity.ino == ino;
}

/// Regular files that stand where the transaction put or left them.
using Present = std::vector<std::pair<const JournalStep*, os::FileStat>>;

Present look_at_files(const LiveTree& tree) {
  Present present;
  for (std::size_t at = 0; at < tree.journal().steps.size(); ++at) {
    const JournalStep& step = tree.journal().steps[at];
    if (step.kind == StepKind::remove_file || step.kind == StepKind::remove_directory) continue;
    const auto live = tree.try_live(step.path);
    const auto stat = live ? look(*live) : std::nullopt;
    if (stat && stat->disk.type == FileType::regular && is_what_came(tree, at, *stat))
      present.emplace_back(&step, *stat);
  }
  return present;
}

void record_files(Context& context, const Journal& journal, const Present& present) {
  std::vector<std::pair<std::string, store::RecordedStat>> recorded;
  std::vector<std::string> gone;
  for (const JournalStep& step : journal.steps) {
    if (step.kind == StepKind::remove_file || step.edited) gone.push_back(step.path);
  }
  for (const auto& [step, stat] : present) {
    if (!step->edited) recorded.emplace_back(step->path, store::RecordedStat::of(stat.disk, stat.ctime));
  }
  context.state.record(recorded, gone);
}

/// What an undo gave its name back is not old any more.
void forget_returned(Context& context, const Present& present) {
  std::vector<Identity> returned;
  for (const auto& [step, stat] : present) returned.push_back(stat.disk.identity);
  context.state.forget_returned(returned);
}

}  // namespace

void sync_places(const LiveTree& tree, Sync sync) {
  if (sync == Sync::none) return;
  for (std::size_t place = 0; place < tree.places(); ++place) {
    const int fd = tree.area(place).sync_fd();
    if (fd >= 0) os::sync_file_system(fd, tree.root().full_name(tree.journal().places[place].top));
  }
}

std::vector<os::Area> open_areas(const os::Tree& root, const Journal& journal) {
  std::vector<os::Area> areas;
  for (const JournalPlace& place : journal.places) areas.push_back(os::Area::open(root, place.top, journal.id));
  return areas;
}

namespace {

/// A live root keeps the old inodes for undo, an offline one keeps nothing.
void keep_or_sweep(Context& context, const LiveTree& tree, Journal& journal, Keep keep) {
  const std::vector<std::uint64_t> bytes = lay_aside(tree, context.state.retired_contents(journal.number));
  if (keep == Keep::nothing) return remove_areas(context, journal, Times::untouched);
  for (std::size_t place = 0; place < bytes.size(); ++place) journal.places[place].kept_bytes = bytes[place];
  tidy_areas(context, journal);
}

}  // namespace

void finish(Context& context, const Journal& finished) {
  Journal journal = finished;
  context.root.forget();
  const LiveTree tree(context.root, finished, open_areas(context.root, finished));
  const Keep keep = context.state.live() ? Keep::old_inodes : Keep::nothing;
  if (keep == Keep::old_inodes) {
    const Present present = look_at_files(tree);
    record_files(context, finished, present);
    if (journal.restores != 0) forget_returned(context, present);
  }
  keep_or_sweep(context, tree, journal, keep);
  context.state.close_done(journal, context.clock, keep);
}

void prune(Context& context, std::uint64_t number) {
  context.state.begin_prune(number);
  Journal journal = context.state.journal(number);
  for (JournalPlace& place : journal.places) {
    const int top = context.root.try_directory(place.top);
    if (top >= 0) place.mtime = os::mtime_of(os::look(top, "", context.root.full_name(place.top))->disk);
  }
  remove_areas(context, journal, Times::all);
  context.state.end_prune(number);
}

void prune_all(Context& context) {
  const std::vector<Journal> newest_first = context.state.kept();
  for (auto oldest = newest_first.rbegin(); oldest != newest_first.rend(); ++oldest) prune(context, oldest->number);
}

namespace {

/// Who reads state.db for ever can stop the row from being closed, but everything is undone: the next writer undoes
/// nothing once more and closes it.
void close_undone(Context& context, const Journal& journal) {
  try {
    context.state.close_undone(journal.number, context.clock);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::locked) throw;
  }
}

/// Old inodes that were to return may have got their privileges back already.
void lay_aside_again(Context& context, const Journal& journal) {
  if (journal.restores == 0) return;
  for (const Journal& one : context.state.kept()) {
    if (one.number < journal.restores) continue;
    const Journal kept = context.state.journal(one.number);
    (void)lay_aside(LiveTree(context.root, kept, open_areas(context.root, kept)), {});
  }
}

}  // namespace

std::vector<std::string> take_back(Context& context, const Journal& journal) {
  try {
    std::vector<std::string> left;
    if (journal.state == JournalState::committing) {
      const LiveTree tree(context.root, journal, open_areas(context.root, journal));
      left = undo(tree);
      sync_places(tree, context.sync);
    }
    remove_areas(context, journal, Times::all);
    lay_aside_again(context, journal);
    close_undone(context, journal);
    return left;
  } catch (const std::exception& error) {
    const char* const state =
        journal.state == JournalState::committing ? "may hold parts of both versions" : "is as it was";
    throw Error(ErrorKind::needs_recover, std::string(error.what()) + " (while undoing)",
                fmt::format("the root {}; remove the cause, then run 'minipkg recover'", state));
  }
}

}  // namespace minipkg::transaction
