// SPDX-License-Identifier: MIT
#include "lib/restart/match.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

namespace minipkg::restart {
namespace {

/// Orders rows so that those of one inode stand together, the one to keep first.
auto inode_order(const RetiredInode& row) {
  return std::tie(row.identity.dev, row.identity.ino, row.identity.birth, row.handle.type, row.handle.bytes,
                  row.transaction, row.path);
}

bool same_inode(const RetiredInode& left, const RetiredInode& right) {
  return left.identity == right.identity && left.handle == right.handle;
}

}  // namespace

StaleFile stale_file(const RetiredInode& row, Use use, Certainty certainty) {
  StaleFile file;
  file.path = row.path;
  file.package = row.package;
  file.old_version = row.old_version;
  file.new_version = row.new_version;
  file.kind = row.kind;
  file.use = use;
  file.certainty = certainty;
  file.dev = row.identity.dev;
  file.ino = row.identity.ino;
  file.transaction = row.transaction;
  return file;
}

Verdict compare(const RetiredInode& retired, const Seen& seen) {
  const Identity& then = retired.identity;
  const Identity& now = seen.identity;
  // An overlay above the directory: its files have the lower ones' birth times, and a device of its own.
  const bool is_below = !retired.handle.bytes.empty() && retired.handle == seen.below;
  if (is_below && then.birth == now.birth && then.birth != 0) return Verdict::same;
  if (then.dev != now.dev || then.ino != now.ino) return Verdict::other;
  if (!retired.handle.bytes.empty() && !seen.handle.bytes.empty()) {
    return retired.handle == seen.handle ? Verdict::same : Verdict::other;
  }
  if (then.birth == 0 || now.birth == 0) return Verdict::undecided;
  return then.birth == now.birth ? Verdict::same : Verdict::other;
}

bool names_deleted_file(std::string_view name, std::string_view path) {
  return name.starts_with(path) && name.substr(path.size()) == " (deleted)";
}

std::vector<RetiredInode> distinct(std::vector<RetiredInode> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const auto& left, const auto& right) { return inode_order(left) < inode_order(right); });
  rows.erase(std::unique(rows.begin(), rows.end(), same_inode), rows.end());
  return rows;
}

RetiredIndex::RetiredIndex(std::vector<RetiredInode> rows) : rows_(std::move(rows)) {
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const auto& left, const auto& right) { return left.transaction > right.transaction; });
  by_number_.reserve(rows_.size());
  for (std::size_t row = 0; row < rows_.size(); ++row) by_number_[rows_[row].identity.ino].push_back(row);
}

std::span<const std::size_t> RetiredIndex::with_number(std::uint64_t ino) const {
  const auto found = by_number_.find(ino);
  if (found == by_number_.end()) return {};
  return found->second;
}

std::vector<StaleFile> stale_files(const RetiredIndex& index, std::span<const Holding> holdings) {
  std::map<std::size_t, Holding> strongest;
  for (const Holding& holding : holdings) {
    const auto [known, is_new] = strongest.try_emplace(holding.row, holding);
    if (is_new) continue;
    known->second.use = std::min(known->second.use, holding.use);
    known->second.certainty = std::min(known->second.certainty, holding.certainty);
  }
  std::vector<StaleFile> files;
  for (const auto& [row, holding] : strongest) {
    files.push_back(stale_file(index.rows()[row], holding.use, holding.certainty));
  }
  return files;
}

void merge_files(std::vector<StaleFile>& files) {
  std::map<std::tuple<Basis, std::uint64_t, std::uint64_t>, StaleFile> strongest;
  for (StaleFile& file : files) {
    const auto [known, is_new] = strongest.try_emplace({file.basis, file.dev, file.ino}, file);
    if (is_new) continue;
    const Certainty certainty = std::min(known->second.certainty, file.certainty);
    if (file.use < known->second.use) known->second = std::move(file);
    known->second.certainty = certainty;
  }
  files.clear();
  for (auto& [inode, file] : strongest) files.push_back(std::move(file));
}

void sort_files(std::vector<StaleFile>& files) {
  std::sort(files.begin(), files.end(), [](const StaleFile& left, const StaleFile& right) {
    return std::tie(left.use, left.path, left.transaction) < std::tie(right.use, right.path, right.transaction);
  });
}

}  // namespace minipkg::restart
