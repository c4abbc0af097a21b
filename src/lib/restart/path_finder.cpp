// SPDX-License-Identifier: MIT
#include "lib/restart/path_finder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lib/os/file_handle.hpp"
#include "lib/os/in_root.hpp"
#include "lib/os/same_content.hpp"

namespace minipkg::restart {
namespace {

constexpr std::string_view deleted = " (deleted)";

std::string parent_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

/// Whether an inode as stat(2) tells it may be the one of a mapping: on btrfs and overlayfs stat(2) gives a device
/// number of its own, without a driver.
bool is_same(std::uint64_t dev, std::uint64_t ino, std::uint64_t mapped_dev, std::uint64_t mapped_ino) {
  return ino == mapped_ino && (dev == mapped_dev || gnu_dev_major(dev) == 0);
}

bool is_absent(int error) { return error == ENOENT || error == ENOTDIR; }

/// hier(7): what does not vary while the system runs.
bool is_static_place(std::string_view path) {
  constexpr std::array<std::string_view, 5> directories{"/usr/", "/opt/", "/bin/", "/sbin/", "/lib"};
  return std::any_of(directories.begin(), directories.end(),
                     [&](auto directory) { return path.starts_with(directory); });
}

/// Whether all directories of `path` that there still are below `root` are its owner's, and writable for no others.
bool is_guarded(int root, const std::string& path) {
  const auto top = about(root, "");
  for (std::size_t end = path.find('/', 1); top && end != std::string::npos; end = path.find('/', end + 1)) {
    const Fd directory = os::open_in_root(root, path.substr(0, end), O_PATH);
    if (!directory) return is_absent(errno);
    const auto seen = about(directory.get(), "");
    if (!seen || seen->uid != top->uid || (seen->mode & S_IWOTH) != 0) return false;
  }
  return top.has_value();
}

}  // namespace

/// What a link leads to, as far as the caller may know.
struct PathFinder::Held {
  Fd inode;                   ///< none: the caller may not follow the link
  std::optional<About> seen;  ///< likewise
  std::uint64_t dev, ino;     ///< of the mapping

  /// Whether that is what stands at a name.
  bool is(const About& now) const {
    if (seen) return *seen == now;
    return is_same(now.dev, now.ino, dev, ino);
  }
};

PathFinder::PathFinder(const Task& task) : task_(task) {
  root_text_ = os::link_text(AT_FDCWD, fmt::format("/proc/self/fd/{}", task.root_fd).c_str());
  if (root_text_ == "/") root_text_.clear();
}

Outcome PathFinder::look(const ProcessView& process, std::vector<StaleFile>& found) {
  outcome_ = Outcome::looked_at;
  tree_ = nullptr;
  const Identity& executable = process.executable();
  const auto& mappings = process.mappings();
  // A mapping tells of it without another look, unless its code was moved to other memory.
  const bool is_in_place = std::any_of(mappings.begin(), mappings.end(), [&](const os::Mapping& mapping) {
    return !mapping.name_gone && is_same(executable.dev, executable.ino, mapping.dev, mapping.ino);
  });
  if (!is_in_place) consider(process, {"exe", Use::executable, executable.dev, executable.ino}, found);
  look_at_mappings(process, found);
  if (task_.files == OpenFiles::look) look_at_open_files(process, found);
  return outcome_;
}

void PathFinder::look_at_mappings(const ProcessView& process, std::vector<StaleFile>& found) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> done;
  for (const bool code : {true, false}) {
    for (const os::Mapping& mapping : process.mappings()) {
      const std::pair inode(mapping.dev, mapping.ino);
      if (!mapping.name_gone || mapping.executable != code) continue;
      if (std::find(done.begin(), done.end(), inode) != done.end()) continue;
      done.push_back(inode);
      const std::string name = fmt::format("map_files/{:x}-{:x}", mapping.start, mapping.end);
      consider(process, {name, code ? Use::code : Use::data, mapping.dev, mapping.ino}, found);
    }
  }
}

void PathFinder::look_at_open_files(const ProcessView& process, std::vector<StaleFile>& found) {
  const Fd directory(::openat(process.process(), "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto files = directory ? os::numbered_entries(directory.get()) : std::nullopt;
  if (!files) {
    if (outcome_of(errno) == Outcome::unreadable) outcome_ = Outcome::unreadable;
    return;
  }
  for (const std::uint32_t file : *files) {
    const std::string name = fmt::format("fd/{}", file);
    const std::string text = os::link_text(process.process(), name.c_str());
    if (!text.starts_with('/') || !text.ends_with(deleted)) continue;
    const auto identity = os::identity_through(process.process(), name.c_str());
    if (identity) consider(process, {name, Use::descriptor, identity->dev, identity->ino}, found);
  }
}

/// Adds what the link leads to if it is stale and not found yet, by whatever finder: the strongest use is looked at
/// first.
void PathFinder::consider(const ProcessView& process, const Link& link, std::vector<StaleFile>& found) {
  const bool is_known = std::any_of(found.begin(), found.end(), [&](const StaleFile& file) {
    return is_same(file.dev, file.ino, link.dev, link.ino);
  });
  if (is_known) return;
  const std::string text = os::link_text(process.process(), link.name.c_str());
  if (!text.starts_with('/') || !text.ends_with(deleted)) return;
  if (tree_ == nullptr) tree_ = tree_of(process, key_);
  if (tree_ == nullptr) return;
  // One answer for all processes that hold the same inode by the same name in the same tree.
  const auto [answer, is_new] = answers_.try_emplace({key_, link.dev, link.ino, text});
  if (is_new) answer->second = judge(process, link, text, *tree_);
  if (answer->second.outcome == Outcome::unreadable) outcome_ = Outcome::unreadable;
  if (!answer->second.file) return;
  found.push_back(*answer->second.file);
  found.back().use = link.use;
}

/// Nothing, and the outcome noted, if the caller may not look at its root.
const ProcessTree* PathFinder::tree_of(const ProcessView& process, TreeKey& key) {
  constexpr std::size_t most = 64;  // each keeps two descriptors
  const auto known_key = ProcessTree::key_of(process.process());
  if (known_key) {
    key = *known_key;
    const auto known = trees_.find(key);
    if (known != trees_.end()) return &known->second;
    if (trees_.size() >= most) {
      trees_.clear();
      answers_.clear();
    }
    if (auto tree = ProcessTree::open(process.process())) return &trees_.emplace(key, std::move(*tree)).first->second;
  }
  if (outcome_of(errno) == Outcome::unreadable) outcome_ = Outcome::unreadable;
  return nullptr;
}

PathFinder::Answer PathFinder::judge(const ProcessView& process, const Link& link, const std::string& text,
                                     const ProcessTree& tree) const {
  Held held{Fd(::openat(process.process(), link.name.c_str(), O_PATH | O_CLOEXEC)), {}, link.dev, link.ino};
  if (!held.inode && outcome_of(errno) == Outcome::nothing_there) return {};
  if (held.inode) held.seen = about(held.inode.get(), "");
  if (held.seen && !held.seen->is_regular()) return {};
  const std::string type = tree.mount_type(held.seen ? held.seen->mount : 0, held.dev);
  if (type.empty() || tree.is_gone() || is_recorded(held)) return {};
  const auto as_told = tree.place_of(text);
  if (os::may_hang(type) || tree.may_hang(as_told)) return {Outcome::unreadable, {}};
  // A name may really end like that.
  const Fd living = tree.open_at(as_told);
  const auto lives = living ? about(living.get(), "") : std::nullopt;
  if (lives && held.is(*lives)) return {};
  const std::string name = text.substr(0, text.size() - deleted.size());
  const auto place = tree.place_of(name);
  Answer answer = compare_with_now(held, tree, place);
  if (!answer.file) return answer;
  StalePlace noted = stale_place(held, tree, place, name);
  if (task_.unmanaged == Unmanaged::owned && noted.below_root.empty()) return {};
  task_.places->note(*answer.file, std::move(noted));
  return answer;
}

PathFinder::Answer PathFinder::compare_with_now(const Held& held, const ProcessTree& tree,
                                                const ProcessTree::Place& place) const {
  constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;
  const Fd there = tree.open_at(place);
  if (!there && !is_absent(errno)) return {Outcome::unreadable, {}};
  const auto now = there ? about(there.get(), "") : std::nullopt;
  const bool is_file = now && now->is_regular();
  if (is_file && held.is(*now)) return {};
  const bool is_readable = is_file && held.inode && !os::may_hang(tree.mount_type(now->mount, now->dev));
  if (is_readable && os::same_content(held.inode.get(), there.get(), most_bytes)) return {};
  StaleFile file;
  file.path = place.path;
  file.kind = is_file ? RetiredKind::replaced : RetiredKind::removed;
  file.certainty = held.seen ? Certainty::confirmed : Certainty::unconfirmed;
  file.basis = Basis::path;
  file.dev = held.seen ? held.seen->dev : held.dev;
  file.ino = held.seen ? held.seen->ino : held.ino;
  return {Outcome::looked_at, std::move(file)};
}

bool PathFinder::is_recorded(const Held& held) const {
  const auto rows = task_.recorded->with_number(held.ino);
  if (rows.empty()) return false;
  if (!held.seen) return true;
  const Seen seen{held.seen->identity(), os::handle_at(held.inode.get(), "").value_or(FileHandle{})};
  return std::any_of(rows.begin(), rows.end(), [&](std::size_t row) {
    return compare(task_.recorded->rows()[row], seen) != restart::Verdict::other;
  });
}

StalePlace PathFinder::stale_place(const Held& held, const ProcessTree& tree, const ProcessTree::Place& place,
                                   const std::string& name) const {
  StalePlace noted;
  std::vector<std::string> below{place.path};
  if (!root_text_.empty() && name.starts_with(root_text_ + "/")) below.push_back(name.substr(root_text_.size()));
  if (root_text_.empty() && name != place.path) below.push_back(name);
  const auto found =
      std::find_if(below.begin(), below.end(), [&](const std::string& path) { return is_in_root(tree, place, path); });
  if (found != below.end()) noted.below_root = *found;
  const int root = found != below.end() ? task_.root_fd : tree.origin(place);
  const std::string& path = found != below.end() ? *found : place.path;
  const auto top = about(root, "");
  const bool is_roots = top && (!held.seen || held.seen->uid == top->uid);
  noted.is_static = is_roots && is_static_place(path) && is_guarded(root, path);
  return noted;
}

/// Whether the directory that the process sees the file in is the one at this path below the scanned root: so it is too
/// for a process with mounts of its own, or with /usr of the root bound into its own root, but not for a copy of it.
bool PathFinder::is_in_root(const ProcessTree& tree, const ProcessTree::Place& place, std::string below_root) const {
  std::string seen = place.path;
  while (!seen.empty() && !below_root.empty()) {
    seen = parent_of(seen);
    below_root = parent_of(below_root);
    const Fd here = tree.open_at({place.from, seen});
    if (!here && is_absent(errno)) continue;  // it went with its directory
    const Fd there = os::open_in_root(task_.root_fd, below_root.empty() ? "/" : below_root, O_PATH);
    const auto one = here ? about(here.get(), "") : std::nullopt;
    const auto other = there ? about(there.get(), "") : std::nullopt;
    return one && other && *one == *other;
  }
  return false;
}

}  // namespace minipkg::restart
