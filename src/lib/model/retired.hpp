// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>

#include "lib/model/language.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/restart.hpp"

namespace minipkg {

/// What name_to_handle_at(2) says of an inode: unlike its number it is never used again. Empty bytes: the file
/// system gives none (overlayfs without nfs_export, vfat on old kernels).
struct FileHandle {
  int type = 0;
  std::string bytes;
  bool operator==(const FileHandle&) const = default;
};

/// An inode that a transaction took the name of. Noted after the backup link was made: on overlayfs a link copies the
/// file up, and everybody sees another birth time.
struct RetiredInode {
  Identity identity;
  FileHandle handle;
  std::string place;  ///< Place::top of the mount it lies on: the directory to ask open_by_handle_at(2) through
  std::string path;   ///< as the package named it, below the root
  std::string package, old_version;
  std::string new_version;  ///< installed now, empty when gone; filled by the query, not stored
  Digest old_digest{};
  RetiredKind kind = RetiredKind::replaced;
  std::uint64_t transaction = 0;
  std::string boot_id;
  Language language = Language::none;
  std::int64_t renamed = 0;  ///< CLOCK_BOOTTIME in nanoseconds when its name was gone; 0: not known
  bool settled = false;      ///< nobody can hold it any more: it only tells what was at the path
  bool returned = false;     ///< an undo gave it its name back: only tells what was at the path until `renamed`
};

}  // namespace minipkg
