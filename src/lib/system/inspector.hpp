// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/os/file_stat.hpp"
#include "lib/os/mounts.hpp"
#include "lib/os/resolver.hpp"
#include "lib/system/system_impl.hpp"

namespace minipkg {

/// Entries of the old and the new version of one canonical path.
struct Known {
  std::vector<const FileEntry*> wanted, had;
  std::vector<Digest> had_digests;
};

/// Gathers Facts: inspect.cpp finds the paths that matter, inspect_disk.cpp looks at each of them, and
/// inspect_obstacles.cpp at what could stop the transaction.
class Inspector {
 public:
  Inspector(const os::Tree& root, store::Packages& packages, store::State* state, std::string databases,
            const Request& request)
      : root_(root),
        packages_(packages),
        state_(state),
        databases_(std::move(databases)),
        request_(request),
        before_(root),
        after_(root, [this](const std::string& path) { return planned(path); }) {}

  Facts gather();

 private:
  void find_packages();
  void collect_had();
  void plan_symlinks();
  static void note_alias(os::Resolver&, const std::string& directory, Aliases&);
  void collect_wanted();
  void add_ancestors();
  void find_top_level_aliases();
  void look_at(const std::string& path, const Known&);
  void resolve_names();
  std::string canonical(os::Resolver&, const std::string& path);
  std::optional<std::string> planned(const std::string& canonical) const;
  std::uint32_t place_of(const std::string& directory);
  std::vector<OwnerFact> owners(const std::string& canonical);
  std::optional<Digest> content(int dirfd, const os::FileStat&, const std::string& path, const Known&);
  std::optional<Identity> recorded(const std::string& path, std::uint32_t place) const;
  bool is_as_recorded(const os::FileStat&, const std::string& path, const FileEntry&) const;
  std::vector<std::string> unowned_children(const std::string& path, const Known&);
  void find_unowned(int dirfd, const std::string& path, const std::string& below, bool deep, std::vector<std::string>&);
  std::string free_save_name(const std::string& path);

  Place place_at(const std::string& top, int fd, const os::FileStat&);
  void find_reclaimable();
  std::vector<Hold> holds(const os::FileStat&, const std::string& path);
  bool may_write(const std::string& directory) const;
  void look_at_databases();
  void look_at_unowned(PathFact& of, const std::string& path, const Known&);
  void find_backup_directory();
  void look_at_backups();
  std::string free_backup_name(const std::string& path);
  void know_package(const std::string& name);

  const os::Tree& root_;
  store::Packages& packages_;
  store::State* state_;
  const std::string databases_;  ///< their directory, canonical
  const Request& request_;
  os::MountTable mounts_ = os::read_mounts();
  os::InodeSet swaps_ = os::active_swaps();
  os::Resolver before_, after_;  ///< as it is; as it will be
  std::map<std::string, std::string> planned_links_;
  std::set<std::string> leaving_links_;
  std::map<std::string, Known> paths_;
  std::map<std::string, std::uint32_t> places_;
  Facts facts_;
};

}  // namespace minipkg
