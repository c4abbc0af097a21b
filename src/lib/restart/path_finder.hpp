// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lib/restart/match.hpp"
#include "lib/restart/process_tree.hpp"
#include "lib/restart/process_view.hpp"
#include "lib/restart/stale_places.hpp"

namespace minipkg::restart {

/// Finds files that nobody wrote down: mapped (or open, with OpenFiles::look) inodes whose name was taken away, and
/// that are not what is at this name now.
///
/// The kernel itself says that a name was taken away: " (deleted)" in a mapping's name means that its directory entry
/// is no entry any more. It says so with the mapping, at hardly any cost and without asking the file system, so that a
/// process with nothing of the kind is done with. What is at the name now is looked up in the process's own root; a
/// file there whose name really ends like that, the same inode under its name again, and one with the same bytes are
/// nothing. So is what no mount holds: memfd, SysV memory, /dev/zero, aio.
///
/// What this cannot decide, and a record can (needs-restart.8 says the same):
///  - An old file renamed aside, or exchanged, or whose directory was renamed: it has a name, and is what is there.
///  - A tree that was replaced by mounting another one over it, or whose file system was detached: the old file still
///    has its name, below. That a process sees another file at the name, because something is mounted there for it
///    alone, calls for nothing.
///  - A file written in place.
///  - A file with nothing at its name now: a removed package's, one whose new version has another name, or a temporary
///    file. It is told if a package owns the name, or the name with fewer numbers behind ".so."; if it was root's, in
///    /usr, /opt or the like, where only root could take it away; or if it is the executable, with
///    Unmanaged::everything. Temporary files are none of these.
///  - The old version: neither dpkg nor rpm remembers it. Whether the file was changed back meanwhile and the process
///    runs what is now a third version: it is stale, against what is there.
///  - Files on FUSE, NFS, CIFS, 9P, AFS, Ceph and automounts are not looked up, their server may not answer: such a
///    process counts as unreadable if it holds a deleted one.
///  - Same size and same bytes is looked at up to 64 MiB; a larger file that was replaced by its own copy is reported.
///    An ordinary user cannot read what a process maps and is told of copies too, as unconfirmed.
class PathFinder : public Finder {
 public:
  /// What all of them share; must outlive them.
  struct Task {
    int root_fd;                   ///< the scanned root
    const RetiredIndex* recorded;  ///< left to RecordFinder
    OpenFiles files;
    Unmanaged unmanaged;
    StalePlaces* places;
  };
  explicit PathFinder(const Task& task);

  Outcome look(const ProcessView&, std::vector<StaleFile>& found) override;

 private:
  /// One of a process's links under /proc.
  struct Link {
    std::string name;  ///< "exe", "map_files/…", "fd/…"
    Use use;
    std::uint64_t dev, ino;  ///< what is known without following it
  };
  struct Held;
  struct Answer {
    Outcome outcome = Outcome::looked_at;
    std::optional<StaleFile> file;
  };
  using Question = std::tuple<TreeKey, std::uint64_t, std::uint64_t, std::string>;  // device, number, text

  void look_at_mappings(const ProcessView&, std::vector<StaleFile>& found);
  void look_at_open_files(const ProcessView&, std::vector<StaleFile>& found);
  void consider(const ProcessView&, const Link&, std::vector<StaleFile>& found);
  const ProcessTree* tree_of(const ProcessView&, TreeKey&);
  Answer judge(const ProcessView&, const Link&, const std::string& text, const ProcessTree&) const;
  Answer compare_with_now(const Held&, const ProcessTree&, const ProcessTree::Place&) const;
  bool is_recorded(const Held&) const;
  StalePlace stale_place(const Held&, const ProcessTree&, const ProcessTree::Place&, const std::string& name) const;
  bool is_in_root(const ProcessTree&, const ProcessTree::Place&, std::string below_root) const;

  Task task_;
  std::string root_text_;  ///< of the scanned root, without a '/' at its end
  // Of the process that is looked at.
  Outcome outcome_ = Outcome::looked_at;
  const ProcessTree* tree_ = nullptr;  ///< once it was wanted
  TreeKey key_;
  std::map<TreeKey, ProcessTree> trees_;
  std::map<Question, Answer> answers_;
};

}  // namespace minipkg::restart
