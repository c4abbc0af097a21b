// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/facts.hpp"

namespace minipkg {

// ---- what will happen -----------------------------------------------------------------------------------------

/// Where a staged file comes from: Request::install[package].manifest->files[entry].
struct Source {
  std::uint32_t package = 0;
  std::uint32_t entry = 0;
  bool operator==(const Source&) const = default;
};

/// The attributes a file gets, owners already resolved. mtime is whole seconds.
struct Attributes {
  std::uint16_t mode = 0;
  std::uint32_t uid = 0, gid = 0;
  std::optional<std::int64_t> mtime;  ///< nothing: left as it is
  Xattrs set;                         ///< given these values
  std::vector<std::string> clear;     ///< removed
  bool operator==(const Attributes&) const = default;
};

/// How a new name becomes visible.
enum class Appear : std::uint8_t {
  by_itself,    ///< renamed into a directory that exists already
  with_parent,  ///< inside a new directory, which arrives with all that is below it in one rename (a graft)
};

/// What the steps retire: the inode a running program may hold.
struct Retired {
  std::string package, version;
  Digest digest{};
  bool operator==(const Retired&) const = default;
};

struct CreateDirectory {
  std::string path;
  std::optional<Source> from;  ///< nothing: a parent that no package lists
  Attributes attributes;
  Appear appear = Appear::by_itself;
  bool operator==(const CreateDirectory&) const = default;
};
struct CreateFile {  ///< also symlinks, devices, fifos and further hard links
  std::string path;
  Source from;
  Attributes attributes;
  Appear appear = Appear::by_itself;
  bool operator==(const CreateFile&) const = default;
};
struct ReplaceFile {  ///< anything but a directory by anything but a directory
  std::string path;
  Source from;
  Attributes attributes;
  OnDisk before;
  std::optional<Retired> retired;  ///< regular files that a package owned
  bool operator==(const ReplaceFile&) const = default;
};
/// A directory becomes something else, or something else a directory: both trees change places in one call, and the
/// old one is taken apart in the staging area. What stands below the old directory has its own steps, with_parent.
struct ChangeType {
  std::string path;
  std::optional<Source> from;  ///< nothing: a directory that no package lists
  Attributes attributes;
  OnDisk before;
  std::optional<Retired> retired;
  bool operator==(const ChangeType&) const = default;
};
struct RemoveFile {
  std::string path;
  OnDisk before;
  std::optional<Retired> retired;
  Appear appear = Appear::by_itself;  ///< with_parent: it leaves with a directory that changes its type
  bool operator==(const RemoveFile&) const = default;
};
struct RemoveDirectory {  ///< only if it is empty when its turn comes; otherwise it stays, and that is reported
  std::string path;
  OnDisk before;
  Appear appear = Appear::by_itself;
  bool operator==(const RemoveDirectory&) const = default;
};
struct SetAttributes {  ///< in place: directories, and files whose content is already what the package brings
  std::string path;
  Source from;
  Attributes attributes;
  OnDisk before;
  bool operator==(const SetAttributes&) const = default;
};
struct SaveFile {  ///< a file edited by hand gets a second name before its own is given to the new one
  std::string path;
  std::string save_as;
  OnDisk before;
  bool operator==(const SaveFile&) const = default;
};

/// In the order they are committed: created before replaced before removed, parents before children when they come
/// and after them when they go.
using Step = std::variant<CreateDirectory, CreateFile, ReplaceFile, ChangeType, SetAttributes, SaveFile, RemoveFile,
                          RemoveDirectory>;

enum class Action : std::uint8_t { install, upgrade, downgrade, reinstall, remove };

struct PackageChange {
  Action action = Action::install;
  std::string name;
  std::string from_version, to_version;  ///< empty where there is none
  std::string arch;
  std::optional<std::uint32_t> incoming;  ///< index into Request::install
  std::int64_t size_change = 0;           ///< bytes of regular files, more or less
  bool operator==(const PackageChange&) const = default;
};

/// Something a person should know though it stops nothing.
enum class NoticeKind : std::uint8_t {
  directory_mode_kept,  ///< an existing directory keeps its mode or owner, the package asked for another
  directory_not_empty,  ///< a directory that should go stays: something unowned is in it
  file_saved,           ///< a file edited by hand is kept under another name
  unowned_overwritten,  ///< --overwrite replaced a file nobody owned
  edited_file_removed,  ///< kept aside while its package goes
  symlink_kept,         ///< a directory of the package is a symlink to a directory on disk; files go through it
  attribute_lost,       ///< the file system at `path` cannot hold `detail` ("owners")
  note,
  unowned_saved,    ///< --backup-unowned moved what nobody owned to `detail`
  differs_in_case,  ///< a package has `path` and `detail`, which are one on some file systems
  looks_the_same,   ///< the same, where they are two spellings of one Unicode text
};
struct Notice {
  NoticeKind kind = NoticeKind::note;
  std::string package, path, detail;
  bool operator==(const Notice&) const = default;
};

/// An inode that was installed at `path` and that somebody moved aside by hand: programs may run it under another name.
struct Displaced {
  std::string path;
  std::uint32_t place = 0;  ///< index into Plan::places
  Identity identity;
  Retired retired;
  bool removed = false;  ///< the package has no file here any more
  bool operator==(const Displaced&) const = default;
};

struct Totals {
  std::uint64_t created = 0, replaced = 0, removed = 0, kept = 0, attributes = 0;  ///< paths
  std::uint64_t bytes = 0;                                                         ///< that must be written
  bool operator==(const Totals&) const = default;
};

struct Plan {
  std::vector<PackageChange> changes;  ///< sorted by name
  std::vector<Place> places;
  std::vector<std::uint32_t> step_places;       ///< for each step: index into places
  std::map<std::string, std::uint64_t> needed;  ///< bytes on each file system, by the top of its first place
  std::vector<Step> steps;
  std::vector<Displaced> displaced;  ///< sorted by path
  /// For each step that brings a further hard link of a file that is there already: that file.
  std::map<std::string, OnDisk> leaders;
  std::vector<Notice> notices;
  Totals totals;

  bool empty() const { return changes.empty(); }
  bool operator==(const Plan&) const = default;
};

enum class ProblemKind : std::uint8_t {
  file_conflict,     ///< another package owns the path: `other` is that package
  unowned_conflict,  ///< the path exists and no package owns it
  type_conflict,  ///< a directory stands where a file must go: nobody's, or `other` in it is unowned or edited by hand
  unsafe_path,    ///< the path would be written through a symlink or leaves the root
  downgrade,      ///< `other` is the installed version
  not_installed,
  wrong_architecture,
  repeated_package,  ///< named twice, or installed and removed at once
  cross_place_link,  ///< a hard link whose two names lie on two file systems
  unknown_scheme,
  cannot_hold,  ///< the file system at the path has no `other` ("symlinks")
  // Obstacles, from here to the end: the world would stop the transaction on its way.
  no_space,   ///< on the file system of `path`: `needed` bytes, `free` are left; `other`: whose quota
  no_inodes,  ///< the same of inodes
  read_only,  ///< the place `path`; `other` is its mount point
  immutable,  ///< `path`, as all to swap_file
  append_only,
  mount_point,
  swap_file,
  not_permitted,      ///< this process may not write to the directory `path`
  file_too_large,     ///< `needed` bytes, RLIMIT_FSIZE allows `free`
  name_too_long,      ///< `needed` bytes, the file system allows `free`
  backup_elsewhere,   ///< `path` cannot move to `other`: another file system
  backup_impossible,  ///< `path` cannot become a directory of --backup-unowned
};
struct Problem {
  ProblemKind kind = ProblemKind::file_conflict;
  std::string package, path, other;
  std::uint64_t needed = 0, free = 0;
  auto operator<=>(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// Not both, not neither.
using Planned = std::variant<Plan, Problems>;

/// Pure: sees no disk, no clock, no environment. Problems are all of them, sorted. A package whose name, version and
/// digest are installed already gives no change unless Reinstall::force.
MINIPKG_API Planned plan_transaction(const Request&, const Facts&);

/// Of paths that differ only in case, or only in Unicode's normal form: what a plan says of one package.
MINIPKG_API std::vector<Notice> twin_notices(const Manifest&);

}  // namespace minipkg
