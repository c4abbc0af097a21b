// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>
#include <vector>

#include "lib/base/fail.hpp"
#include "lib/base/owner.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/file_stat.hpp"
#include "lib/os/resolver.hpp"
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

/// Where a directory is, for messages.
std::string path_of(int fd, const std::string& otherwise) {
  std::array<char, 4096> text{};
  const ssize_t length = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), text.data(), text.size());
  return length <= 0 ? otherwise : std::string(text.data(), static_cast<std::size_t>(length));
}

void try_to_set_mtime(int directory, std::int64_t nanoseconds, const std::string& path) {
  try {
    os::set_mtime(directory, nanoseconds, path);
  } catch (const Error&) {
    // Only a time.
  }
}

/// Nobody but root and this user may write where the databases are.
void check_directory(int fd, const std::string& path) {
  struct stat stat {};
  if (::fstat(fd, &stat) != 0) fail_errno("look at", path);
  if (!is_ours_alone(stat)) {
    fail(ErrorKind::permission, "use", path, "other users may write to it", "make it root's, with mode 0755");
  }
}

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

bool System::Impl::find_directory() {
  const auto resolved = os::Resolver(root).resolve(state_directory);
  if (!resolved.unsafe.empty()) fail(ErrorKind::permission, "use", root.full_name(state_directory), resolved.unsafe);
  directory = resolved.canonical;
  const int fd = os::open_beneath(root.fd(), directory.substr(1), O_RDONLY);
  if (fd < 0 && errno != ENOENT) fail_errno("open directory", root.full_name(directory));
  directory_fd = Fd(fd);
  if (fd < 0) return false;
  check_directory(fd, root.full_name(directory));
  directory_path = path_of(fd, root.full_name(directory));
  return true;
}

/// Returns what it made, outermost first, one a line: the time that its parent had before, and its path.
std::string System::Impl::make_directory() {
  std::string made;
  for (std::size_t end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const std::string path = directory.substr(0, end);
    const int parent = root.directory(parent_path(path));
    const std::string name(base_name(path));
    const auto before = os::look(parent, "", root.full_name(parent_path(path)));
    const bool made_it = ::mkdirat(parent, name.c_str(), 0755) == 0;
    const int why = errno;
    if (made_it) {
      made += fmt::format("{} {}\n", os::mtime_of(before->disk), path);
      const Fd fresh(os::open_beneath(parent, name, O_RDONLY));
      if (fresh) ::fchmod(fresh.get(), 0755);  // whatever the umask
      // It comes and goes without a trace; where that fails, the end of a first transaction that is undone tries again.
      try_to_set_mtime(parent, os::mtime_of(before->disk), root.full_name(parent_path(path)));
    } else if (why != EEXIST) {
      forget_made(made);
      fail_errno("make directory", root.full_name(path), why);
    }
    if (end == std::string::npos) return made;
  }
}

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
    fail(ErrorKind::refused, "treat as offline", options.root, "it keeps the state of a machine (state.db)",
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

/// The directories that were made for the databases go too, innermost first, as far as they are empty.
void System::Impl::forget_made(const std::string& made) {
  lock.reset();
  root.forget();
  std::vector<std::pair<std::string, std::int64_t>> directories;
  std::istringstream lines(made);
  std::int64_t time = 0;
  for (std::string path; lines >> time && lines.get() == ' ' && std::getline(lines, path);) {
    if (!why_bad_path(path).empty()) continue;  // a database may come from somebody else
    directories.emplace(directories.begin(), path, time);
  }
  for (const auto& [path, parents_time] : directories) {
    const int parent = root.try_directory(parent_path(path));
    if (parent < 0 || ::unlinkat(parent, std::string(base_name(path)).c_str(), AT_REMOVEDIR) != 0) return;
    os::set_mtime(parent, parents_time, root.full_name(parent_path(path)));
  }
}

void System::Impl::open_root() { root = os::open_root(options.root); }

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
