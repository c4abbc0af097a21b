// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/model/retired.hpp"
#include "minipkg/restart.hpp"

/// Which retired inode is it, and what is said of a process that holds some. Pure.
namespace minipkg::restart {

/// What the kernel says of an inode that a process holds. `handle` is empty where the file system has none.
struct Seen {
  Identity identity;
  FileHandle handle;
  FileHandle below{};  ///< on overlayfs, of the lower file that it shows; empty where that is not known
};

enum class Verdict {
  same,
  other,      ///< at least one of device, number, handle and birth time differs
  undecided,  ///< same device and number, but neither handle nor birth time to tell a reused number by
};
Verdict compare(const RetiredInode& retired, const Seen& seen);

/// Whether a mapping's name, as /proc shows it, is the deleted file that was at `path`.
bool names_deleted_file(std::string_view name, std::string_view path);

/// Each inode once: of several paths of one (hard links) the first by transaction and path.
std::vector<RetiredInode> distinct(std::vector<RetiredInode> rows);

/// Finds retired inodes by number.
class RetiredIndex {
 public:
  /// `rows` are distinct.
  explicit RetiredIndex(std::vector<RetiredInode> rows);

  const std::vector<RetiredInode>& rows() const { return rows_; }
  /// Indices of the rows with this inode number, newest transaction first; empty for nearly every number there is.
  std::span<const std::size_t> with_number(std::uint64_t ino) const;

 private:
  std::vector<RetiredInode> rows_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_number_;
};

/// That a process holds rows()[row].
struct Holding {
  std::size_t row = 0;
  Use use = Use::code;
  Certainty certainty = Certainty::confirmed;
};

StaleFile stale_file(const RetiredInode&, Use, Certainty);

/// One for each inode, with its strongest use and its best certainty.
std::vector<StaleFile> stale_files(const RetiredIndex&, std::span<const Holding>);

/// Where several finders found one inode: the strongest use and the best certainty.
void merge_files(std::vector<StaleFile>&);

/// Strongest use first, then by path.
void sort_files(std::vector<StaleFile>&);

}  // namespace minipkg::restart
