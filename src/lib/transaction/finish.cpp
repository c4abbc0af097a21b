// SPDX-License-Identifier: MIT
#include "lib/transaction/finish.hpp"

#include <algorithm>

#include "lib/os/attributes.hpp"
#include "lib/transaction/undo.hpp"
#include "minipkg/error.hpp"

namespace minipkg::transaction {
namespace {

/// Making and removing .minipkg changes the time of the directory it lies in; unless the transaction changes that
/// directory for good, it gets its time back.
enum class Times { all, untouched };

void remove_areas(const os::Tree& root, const Journal& journal, Times times) {
  for (const JournalPlace& place : journal.places) {
    os::Area::remove(root, place.top, journal.id);
    const bool touched = std::any_of(journal.touched.begin(), journal.touched.end(),
                                     [&](const TouchedDirectory& one) { return one.path == place.top; });
    const int top = root.try_directory(place.top);
    if (top >= 0 && (times == Times::all || !touched)) os::set_mtime(top, "", place.mtime, root.full_name(place.top));
  }
}

void record_files(Context& context, const LiveTree& tree) {
  std::vector<std::pair<std::string, store::RecordedStat>> present;
  std::vector<std::string> gone;
  for (const JournalStep& step : tree.journal().steps) {
    if (step.kind == StepKind::remove_file) gone.push_back(step.path);
    if (step.kind == StepKind::remove_file || step.kind == StepKind::remove_directory) continue;
    const auto live = tree.try_live(step.path);
    const auto stat = live ? look(*live) : std::nullopt;
    if (!stat || stat->disk.type != FileType::regular) continue;
    present.emplace_back(step.path, store::RecordedStat::of(stat->disk, stat->ctime));
  }
  context.state.record(present, gone);
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

void finish(Context& context, const Journal& journal) {
  context.root.forget();
  if (context.state.live()) record_files(context, LiveTree(context.root, journal, open_areas(context.root, journal)));
  remove_areas(context.root, journal, Times::untouched);
  context.state.close_done(journal.number, context.clock);
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

}  // namespace

std::vector<std::string> take_back(Context& context, const Journal& journal) {
  try {
    std::vector<std::string> left;
    if (journal.state == JournalState::committing) {
      const LiveTree tree(context.root, journal, open_areas(context.root, journal));
      left = undo(tree);
      sync_places(tree, context.sync);
    }
    remove_areas(context.root, journal, Times::all);
    close_undone(context, journal);
    return left;
  } catch (const Error& error) {
    throw Error(ErrorKind::needs_recover, std::string(error.what()) + " (while undoing)",
                "the root holds parts of both versions; remove the cause, then run 'minipkg recover'");
  }
}

}  // namespace minipkg::transaction
