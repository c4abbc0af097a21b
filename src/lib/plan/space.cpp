// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "lib/model/path.hpp"
#include "lib/plan/obstacles.hpp"

namespace minipkg::plan {
namespace {

/// Of a place's area: .minipkg, the transaction's own directory, new and old.
constexpr std::uint64_t area_directories = 4;
/// A symlink up to this length lies in its inode; ext4 has the least room there.
constexpr std::uint64_t inline_target = 59;
/// A name in a directory: number, lengths, padding.
constexpr std::uint64_t directory_entry = 16;

// Bytes that a file adds to the databases. Measured with 5,000 files whose names had 4 and 48 bytes: packages.db 88 and
// 188; state.db 79 and 179 for new files, 465 and 712 for those that were replaced and are kept for undo.
constexpr std::uint64_t packages_row = 300, state_row = 500, undo_row = 300, few_rows = 256 * 1024, page = 4096;

struct Need {
  std::uint64_t bytes = 0, inodes = 0;
};

std::uint64_t rounded(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

/// What one new inode takes, and its name twice: where it is staged and where it goes.
Need need_of(const FileEntry* entry, const Place& place, Data data) {
  const std::uint64_t block = place.block_size;
  if (entry == nullptr || entry->type == FileType::directory) return {block, 1};
  if (entry->type == FileType::hardlink) return {0, 0};
  if (entry->type == FileType::regular && data == Data::kept && place.fs == FileSystem::complete) return {0, 0};
  std::uint64_t bytes = entry->xattrs.empty() ? 0 : block;
  if (entry->type == FileType::regular) bytes += rounded(entry->size, block);
  if (entry->type == FileType::symlink && entry->target.size() > inline_target) bytes += block;
  return {bytes, 1};
}

class Estimate {
 public:
  Estimate(const Request& request, const Facts& facts)
      : request_(request), facts_(facts), names_(facts.places.size()) {}

  void step(const Step&, std::uint32_t place);
  void areas();
  void databases(const Plan&, Problems&);
  void compare(std::map<std::string, std::uint64_t>& needed, Problems&);

 private:
  Data data_of(const std::optional<Source>& source) const {
    return source ? request_.install.at(source->package).data : Data::archive;
  }
  Data data_of(const Source& source) const { return data_of(std::optional(source)); }
  Need& of(const Place& place) { return needs_[place.super_block]; }
  void add(const Place& place, Need need) {
    of(place).bytes += need.bytes;
    of(place).inodes += need.inodes;
  }
  void check_file_size(const char* database, std::uint64_t size, Problems&) const;
  static void compare(const Place&, const Limit&, const Need&, Problems&);

  const Request& request_;
  const Facts& facts_;
  std::vector<std::uint64_t> names_;  ///< for each place: bytes of new names; 0: nothing is done there
  std::map<std::uint64_t, Need> needs_;
};

void Estimate::step(const Step& step, std::uint32_t number) {
  const Place& place = facts_.places.at(number);
  names_[number] += 3 * (directory_entry + base_name(path_of(step)).size());
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.before; }) {
          // A lower file is copied whole before it gets its second name; where there are no links, that name is a copy.
          const bool copied = place.fs == FileSystem::layered || place.fs == FileSystem::fat;
          if (copied) add(place, {rounded(one.before.size, place.block_size), 1});
        }
        using T = std::decay_t<decltype(one)>;
        if constexpr (requires { one.from; } && !std::is_same_v<T, SetAttributes>) {
          add(place, need_of(entry_of(request_, step), place, data_of(one.from)));
        }
      },
      step);
}

void Estimate::areas() {
  for (std::size_t number = 0; number < names_.size(); ++number) {
    if (names_[number] == 0) continue;
    const Place& place = facts_.places[number];
    add(place, {area_directories * place.block_size + rounded(names_[number], place.block_size), area_directories});
  }
}

/// Both files grow, and beside each stands its rollback journal, or at the end of an offline run the parked copy.
void Estimate::databases(const Plan& plan, Problems& problems) {
  const Databases& databases = facts_.databases;
  if (databases.directory.empty()) return;
  std::uint64_t rows = 0, rows_before = 0;
  for (const PackageChange& change : plan.changes) {
    const auto installed = facts_.installed_files.find(change.name);
    if (installed != facts_.installed_files.end()) rows_before += installed->second.size();
    if (change.incoming) rows += request_.install.at(*change.incoming).manifest->files.size();
  }
  const std::uint64_t packages = packages_row * rows,
                      state = state_row * plan.steps.size() + undo_row * (rows_before + rows);
  const auto journal = [&](std::uint64_t size) { return std::min(size, page * (rows + plan.steps.size())); };
  const std::uint64_t beside =
      std::max(journal(databases.packages_size) + journal(databases.state_size), databases.parked_size + packages);
  check_file_size("packages.db", databases.packages_size + packages + few_rows, problems);
  check_file_size("state.db", databases.state_size + state + few_rows, problems);
  constexpr std::uint64_t files = 6;  // two databases, two journals, the lock, the parked copy
  add(facts_.places.at(databases.place), {packages + state + beside + few_rows, files});
}

void Estimate::check_file_size(const char* database, std::uint64_t size, Problems& problems) const {
  if (!facts_.file_size_limit || size <= *facts_.file_size_limit) return;
  const std::string path = child_path(facts_.databases.directory, database);
  problems.push_back({ProblemKind::file_too_large, "", path, "", size, *facts_.file_size_limit});
}

const char* name_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::file_system:
      return "";
    case LimitKind::user_quota:
      return "user_quota";
    case LimitKind::group_quota:
      return "group_quota";
  }
  return "";
}

void Estimate::compare(const Place& place, const Limit& limit, const Need& need, Problems& problems) {
  const auto lacks = [&](ProblemKind kind, std::uint64_t needed, const std::optional<std::uint64_t>& free,
                         std::uint64_t reclaimable) {
    if (!free || needed <= *free + reclaimable) return;
    problems.push_back({kind, "", place.top, name_of(limit.kind), needed, *free + reclaimable});
  };
  lacks(ProblemKind::no_space, need.bytes, limit.bytes, place.reclaimable_bytes);
  lacks(ProblemKind::no_inodes, need.inodes, limit.inodes, place.reclaimable_inodes);
}

/// Each file system once, under the name of its first place.
void Estimate::compare(std::map<std::string, std::uint64_t>& needed, Problems& problems) {
  for (const Place& place : facts_.places) {
    const auto need = needs_.find(place.super_block);
    if (need == needs_.end()) continue;
    needed.emplace(place.top, need->second.bytes);
    for (const Limit& limit : place.limits) compare(place, limit, need->second, problems);
    needs_.erase(need);
  }
}

}  // namespace

void find_lack_of_space(const Request& request, const Facts& facts, Plan& plan, Problems& problems) {
  if (plan.changes.empty()) return;
  Estimate estimate(request, facts);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) estimate.step(plan.steps[at], plan.step_places[at]);
  estimate.areas();
  estimate.databases(plan, problems);
  estimate.compare(plan.needed, problems);
}

}  // namespace minipkg::plan
