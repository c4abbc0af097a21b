// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/manifest.hpp"

/// What planning is made from: what is wished, and what is there.
namespace minipkg {

// ---- what is wished -------------------------------------------------------------------------------------------

enum class Downgrade { refuse, allow };
enum class Reinstall { skip, force };

/// Where the data of a package's files is.
enum class Data { archive, kept };

/// One package to be installed.
struct Incoming {
  const Manifest* manifest = nullptr;  ///< not owned
  Digest digest{};
  std::string file;  ///< the package file, for messages
  Data data = Data::archive;
  // Packages that come back from old inodes (System::way_back), entries of their manifest:
  std::set<std::uint32_t> left_alone = {};  ///< their content was never changed: what stands there stays, edited or not
  std::set<std::uint32_t> omitted = {};     ///< nothing stood there then
};

struct Request {
  std::vector<Incoming> install;
  std::vector<std::string> remove;  ///< names
  Downgrade downgrade = Downgrade::refuse;
  Reinstall reinstall = Reinstall::skip;
  std::vector<std::string> overwrite;  ///< globs (fnmatch(3)) of unowned files that may be replaced
  std::string backup_unowned;  ///< directory of the root, absolute: what nobody owns and is in the way moves into it
  std::vector<std::string> architectures;  ///< accepted besides "noarch", "any" and "all"; empty accepts every one
};

// ---- what is there (gathered once by System::inspect) ---------------------------------------------------------

/// Identity of an inode. `birth` is 0 where the file system has none.
struct Identity {
  std::uint64_t dev = 0;
  std::uint64_t ino = 0;
  std::int64_t birth = 0;  ///< nanoseconds since 1970
  bool operator==(const Identity&) const = default;
};

struct OnDisk {
  FileType type = FileType::regular;
  std::uint16_t mode = 0;
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_sec = 0;
  std::uint32_t mtime_nsec = 0;
  Identity identity;
  std::uint32_t links = 1;  ///< names of the inode
  std::uint32_t dev_major = 0, dev_minor = 0;
  std::string target;            ///< symlinks
  std::optional<Digest> digest;  ///< where the content matters: taken from the stat cache or read from the disk
  Xattrs xattrs;                 ///< where the old or the new entry lists some
  bool operator==(const OnDisk&) const = default;
};

/// What a file system can do, as far as it matters here.
enum class FileSystem : std::uint8_t {
  complete,  ///< ext2 to 4, xfs, btrfs, tmpfs and their like: everything
  layered,   ///< overlayfs: inode numbers change, directories of lower layers cannot be moved, copies part hard links
  unknown,   ///< everything but what only some can: lasting inode numbers, two names exchanged in one call
  fat,       ///< names, bytes and times in steps of two seconds; no owners, modes, xattrs, links, special files
};
/// A number stands for the same file after a remount, for as long as the file lives.
constexpr bool has_lasting_inodes(FileSystem fs) { return fs == FileSystem::complete; }

enum class LimitKind : std::uint8_t { file_system, user_quota, group_quota };

/// How much more this process may store in a place, and what says so.
struct Limit {
  LimitKind kind = LimitKind::file_system;
  std::optional<std::uint64_t> bytes, inodes;  ///< still free; nothing: not limited
  bool operator==(const Limit&) const = default;
};

/// A place in the plan's list of staging areas: a mount (or btrfs subvolume) the transaction may touch.
struct Place {
  std::string top;  ///< topmost directory of it within the root ("/", "/boot"); its area is top + "/.minipkg"
  std::uint64_t dev = 0;
  std::uint64_t mount = 0;
  FileSystem fs = FileSystem::complete;
  std::uint64_t super_block = 0;  ///< equal where places share their free space: subvolumes, bind mounts
  std::vector<Limit> limits;
  std::uint64_t reclaimable_bytes = 0, reclaimable_inodes = 0;  ///< free as soon as kept old inodes are given up
  std::uint32_t block_size = 4096;
  std::uint32_t name_max = 255;  ///< bytes of one file name
  std::string read_only_at;      ///< the mount point, as this process names it, of a read-only place; empty: writable
  bool operator==(const Place&) const = default;
};

/// What keeps an inode, or the names in a directory, from being changed. Several may at once.
enum class Hold : std::uint8_t {
  immutable,      ///< chattr +i
  append_only,    ///< chattr +a
  mount_point,    ///< something is mounted here
  swap_file,      ///< the kernel swaps to it
  not_permitted,  ///< a directory that this process may not write to
};

/// A package that is installed and owns a path.
struct OwnerFact {
  std::string package;
  FileEntry entry;  ///< what its manifest promised
  bool operator==(const OwnerFact&) const = default;
};

/// All that is known of one canonical path.
struct PathFact {
  std::optional<OnDisk> disk;            ///< nothing: no such file
  std::vector<OwnerFact> owners;         ///< sorted by package
  std::uint32_t place = 0;               ///< index into Facts::places: where its parent directory is (or will be) made
  FileSystem fs = FileSystem::complete;  ///< what it lies on: its parent's, unless it is a mount point
  std::string free_save_name;  ///< for a file that may have to be kept aside: the first free PATH.minipkg-save[.N]
  /// The inode that was installed here, where somebody has put another one, or none, by hand since (live roots only).
  std::optional<Identity> displaced;
  /// For a symlink that goes or changes: packages with paths recorded below it.
  std::vector<std::string> passed_by;
  /// What no package of the transaction owns in a directory that must go, or at any depth in one that changes its type.
  std::vector<std::string> unowned_children;
  std::vector<Hold> holds;
  std::string free_backup_name;  ///< below Facts::backup_directory, where Request::backup_unowned asks for one
  bool operator==(const PathFact&) const = default;
};

struct InstalledPackage {
  std::string name, version, version_scheme, arch;
  Digest digest{};
  std::uint64_t installed_size = 0;
  bool operator==(const InstalledPackage&) const = default;
};

/// Directory as packages spell it -> where it really is, wherever a symlink makes the two differ ("/lib" ->
/// "/usr/lib").
using Aliases = std::map<std::string, std::string>;

/// Where every transaction writes besides its places.
struct Databases {
  std::string directory;  ///< canonical; empty: nothing is known of it
  std::string nearest;    ///< it, or the nearest directory above that exists
  std::uint32_t place = 0;
  std::uint64_t packages_size = 0, state_size = 0;  ///< bytes of the two files now
  std::uint64_t parked_size = 0;                    ///< of packages.db where it will be parked: an offline root
  bool operator==(const Databases&) const = default;
};

struct Facts {
  std::map<std::string, InstalledPackage> packages;  ///< installed ones named by the request or owning a path below
  std::unordered_map<std::string, PathFact> paths;   ///< by canonical path
  Aliases aliases;         ///< as it will be: symlinks that the request itself brings or takes away included
  Aliases aliases_before;  ///< as it is
  /// Directories that cannot be walked safely -> why (symlink that leaves the root, or is owned by another user).
  std::map<std::string, std::string> unsafe_directories;
  std::vector<Place> places;
  Databases databases;
  std::string backup_directory;                        ///< Request::backup_unowned where it really is
  std::optional<std::uint64_t> file_size_limit;        ///< RLIMIT_FSIZE of this process
  std::uint32_t uid = 0, gid = 0;                      ///< of this process
  std::map<std::string, std::uint32_t> users, groups;  ///< the root's own passwd and group, names the request uses
  std::map<std::string, std::vector<FileEntry>>
      installed_files;  ///< by package: of each one that is upgraded or removed
  bool operator==(const Facts&) const = default;
};

}  // namespace minipkg
