// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "lib/base/fail.hpp"
#include "lib/os/root.hpp"
#include "lib/system/system_impl.hpp"

namespace minipkg {
namespace {

constexpr const char* packages_journal = "packages.db-journal";
constexpr const char* state_journal = "state.db-journal";
constexpr const char* bootstrap_key = "bootstrap";
constexpr const char* interrupted =
    "a transaction is under way or was interrupted; if none is running, run 'minipkg recover' as root";

bool exists(int dirfd, const char* name) { return ::faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0; }

}  // namespace

bool is_own_root(int root) {
  struct stat given {
  }, own{};
  return ::fstat(root, &given) == 0 && ::stat("/", &own) == 0 && given.st_dev == own.st_dev &&
         given.st_ino == own.st_ino;
}

std::int64_t System::Impl::clock() const { return options.clock ? *options.clock : std::time(nullptr); }

std::string System::Impl::command() const {
  std::string line;
  for (const std::string& word : options.command) line += (line.empty() ? "" : " ") + word;
  return line;
}

store::OpenDatabase System::Impl::database(const char* name, store::Mode mode) const {
  // A writer holds the files for its visible phase, a reader for as long as it takes to read.
  constexpr std::chrono::milliseconds readers_patience{60'000}, writers_patience{5'000};
  const std::string descriptor = fmt::format("/proc/self/fd/{}", directory_fd.get());
  // A chroot may have no /proc: there a query still answers.
  const bool has_proc = ::access(descriptor.c_str(), F_OK) == 0;
  return {(has_proc ? descriptor : directory_path) + "/" + name, mode,
          options.sync == Sync::none ? store::Durability::none : store::Durability::full,
          mode == store::Mode::read ? readers_patience : writers_patience + options.lock_wait,
          directory_path + "/" + name};
}

transaction::Context System::Impl::context() { return {root, *packages, *state, options.sync, clock()}; }

void System::Impl::open_databases(store::Mode mode) {
  packages.emplace(database(packages_file, mode));
  if (mode == store::Mode::read) return open_state_for_read();
  state.emplace(database(state_file, mode));
  // Everybody may ask, whatever the umask of who installs.
  for (const char* name : {packages_file, state_file}) ::fchmodat(directory_fd.get(), name, 0644, 0);
}

/// Of an offline root it comes and goes with each transaction.
void System::Impl::open_state_for_read() {
  if (!exists(directory_fd.get(), state_file)) return;
  try {
    state.emplace(database(state_file, store::Mode::read));
    if (state->is_new()) state.reset();
  } catch (const Error& error) {
    state.reset();
    if (!exists(directory_fd.get(), state_file)) return;
    if (error.kind() != ErrorKind::permission || may_repair()) throw;
    // Only a writer may roll it back to its last commit. What is installed can be told without it.
    unreadable_state = error;
    pending = interrupted;
  }
}

void System::Impl::open_for_read() {
  if (!find_directory()) {
    // None, whatever may come into being there: no path to the root is followed again.
    packages.emplace(store::OpenDatabase{{}, store::Mode::read, store::Durability::full, {}});
    return;
  }
  try {
    // Whoever holds the lock unlinks it: one that stands there is in use, or its holder was killed. So with journals.
    const auto traces = {os::lock_name, packages_journal, state_journal};
    const auto stands = [this](const char* name) { return exists(directory_fd.get(), name); };
    if (may_repair() && std::any_of(traces.begin(), traces.end(), stands)) try_recovery();
    if (!packages) open_databases(store::Mode::read);
    if (!state || !state->open_journal()) return;
    if (may_repair()) return try_recovery();
    pending = interrupted;
  } catch (const Error& error) {
    // A database that only a writer may roll back to its last commit: whoever may, does.
    if (error.kind() != ErrorKind::permission || !may_repair()) throw;
    try_recovery();
    if (!packages) throw;
  }
}

bool System::Impl::may_repair() const {
  return options.access != Access::observe && ::faccessat(directory_fd.get(), ".", W_OK, AT_EACCESS) == 0;
}

/// A reader that may write has found traces of a transaction: if its lock is held it is simply running, otherwise it
/// is undone or finished here.
void System::Impl::try_recovery() {
  auto taken = os::WriterLock::try_take(directory_fd.get(), directory_path, command());
  if (!taken) return;
  lock.emplace(std::move(*taken));
  packages.reset();
  state.reset();
  open_databases(store::Mode::write);
  auto on = context();
  recovered = transaction::recover(on);
  remove_strays();
  close_offline();
  lock.reset();
  packages.reset();
  state.reset();
  if (find_directory()) open_databases(store::Mode::read);
}

void System::Impl::open_for_write() {
  const bool found = find_directory();
  const std::string made = found ? "" : make_directory();
  try {
    if (!found && !find_directory()) fail_errno("open directory", root.full_name(directory), ENOENT);
    lock_and_recover(made);
  } catch (const Error&) {
    give_up_opening(made);
    throw;
  }
}

void System::Impl::lock_and_recover(const std::string& made) {
  lock.emplace(os::WriterLock::take(directory_fd.get(), directory_path, options.lock_wait, command()));
  const bool had_state = exists(directory_fd.get(), state_file);
  open_databases(store::Mode::write);
  if (!made.empty()) state->set_meta(bootstrap_key, made);
  if (!had_state) state->set_live(false);
  auto on = context();
  recovered = transaction::recover(on);
  remove_strays();
  decide_liveness(had_state);
}

/// A root that nothing was ever installed in stays as it was.
void System::Impl::give_up_opening(const std::string& made) {
  if (made.empty()) return;
  try {
    const bool pristine = lock && (!packages || packages->is_new()) && (!state || !state->open_journal());
    packages.reset();
    state.reset();
    if (pristine) {
      remove_strays();
      ::unlinkat(directory_fd.get(), state_file, 0);
      ::unlinkat(directory_fd.get(), packages_file, 0);
    }
    forget_made(made);
  } catch (const std::exception&) {
    // The first failure is the one to tell; what is left is found by the next writer.
  }
}

void System::Impl::decide_liveness(bool had_state) {
  const bool was_live = had_state && state->live();
  const bool live = options.liveness == Liveness::live ||
                    (options.liveness == Liveness::automatic && (was_live || is_own_root(root.fd())));
  if (was_live && !live && options.discard_state == DiscardState::no) {
    fail(ErrorKind::refused, "treat as offline", options.root.path(), "it keeps the state of a machine (state.db)",
         "add --discard-state to lose its history and restart records");
  }
  discards_state = was_live && !live;
  if (!discards_state) state->set_live(live);
}

/// Both databases have been read, so that journals of theirs that mattered have been played back: what still stands
/// there was begun by a killed writer and never counted.
void System::Impl::remove_strays() {
  for (const char* name : {packages_journal, state_journal, "packages.db.parked", "packages.db.parked-journal"}) {
    ::unlinkat(directory_fd.get(), name, 0);
  }
}

/// An offline root keeps packages.db only; a root where nothing was ever installed keeps nothing.
void System::Impl::close_offline() {
  if (!state || !lock) return;
  const bool pristine = packages->is_new();
  if (state->open_journal() || (state->live() && !pristine)) return;
  const std::string made = state->meta(bootstrap_key);
  state.reset();
  if (!pristine && !packages->transaction().empty()) packages->park();
  packages.reset();
  ::unlinkat(directory_fd.get(), state_file, 0);
  ::unlinkat(directory_fd.get(), state_journal, 0);  // which stays where its last sync failed
  if (pristine) forget_pristine(made);
}

void System::Impl::forget_pristine(const std::string& made) {
  ::unlinkat(directory_fd.get(), packages_file, 0);
  forget_made(made);
}

void System::Impl::open_root() { root = os::tree_of(options.root); }

System System::open(const OpenOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->open_root();
  if (options.access == Access::write) {
    impl->open_for_write();
  } else {
    impl->open_for_read();
  }
  return System(std::move(impl));
}

bool System::is_new(const OpenOptions& options) {
  Impl impl;
  impl.options = options;
  impl.open_root();
  return !impl.find_directory();
}

}  // namespace minipkg
