// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/restart/match.hpp"
#include "lib/restart/process_view.hpp"

namespace minipkg::restart {

/// Finds the inodes that minipkg wrote down when it took their names away. Certain, or marked as unconfirmed.
class RecordFinder : public Finder {
 public:
  /// `root_fd` is the directory that RetiredInode::path is relative to; it and the index must outlive the finder.
  RecordFinder(int root_fd, const RetiredIndex& index, OpenFiles files)
      : root_fd_(root_fd), index_(index), files_(files) {}

  Outcome look(const ProcessView&, std::vector<StaleFile>& found) override;

 private:
  void look_at_mappings(const ProcessView&);
  Outcome look_at_open_files(const ProcessView&);
  void judge(const ProcessView&, const char* link, Use use, std::uint64_t dev, std::uint64_t ino);
  std::span<const std::size_t> rows_with(std::uint64_t dev, std::uint64_t ino) const;
  bool takes_by_handle(const ProcessView&, const char* link, Use use, std::uint64_t dev,
                       std::span<const std::size_t> rows);
  bool is_known(std::span<const std::size_t> rows, Use use) const;
  std::string path_as_seen(const RetiredInode& row);

  int root_fd_;
  const RetiredIndex& index_;
  OpenFiles files_;
  std::vector<Holding> holdings_;
  bool is_unsure_ = false;  ///< the process may hold a retired inode, but the caller may not look closer
  std::map<std::string, std::string> parents_as_seen_;
};

}  // namespace minipkg::restart
