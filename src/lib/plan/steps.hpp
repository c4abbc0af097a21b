// SPDX-License-Identifier: MIT
#pragma once
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "lib/plan/targets.hpp"

namespace minipkg::plan {

/// Decides path by path what has to happen. Each rule adds steps, notices and problems; none looks at the disk.
class StepMaker {
 public:
  StepMaker(const Request&, const Facts&, const Targets&, Problems&);

  /// Fills steps (in commit order), step_places, notices and totals.
  void fill(Plan&);

 private:
  // what comes or stays
  void come(const std::string& path, const Target&);
  void directory_comes(const std::string& path, const Target&);
  void file_comes(const std::string& path, const Target&);
  void implied_directory(const std::string& path);
  void file_in_the_way(const std::string& path, const Target&);
  const std::string& first_package_below(const std::string& path) const;
  void replace(const std::string& path, const Target&, const OnDisk&);
  void over_directory(const std::string& path, const Target&, const OnDisk&);
  void becomes_directory(const std::string& path, const std::optional<Source>&, const Attributes&, const OnDisk&,
                         std::optional<Retired>);
  void stops_being_directory(const std::string& path, const Target&, const OnDisk&);
  bool can_exchange(const std::string& path, FileType becomes) const;
  void keep(const std::string& path, const Target&, const OnDisk&);
  // what nobody owns and is in the way: steps_unowned.cpp
  void tell_unowned(const std::string& path, const Target&);
  void move_aside(const std::string& package, const std::string& path, const std::string& save_as);
  void move_content_aside(const std::string& path, const Target&, const OnDisk&);
  void make_backup_directory(const std::string& package, const std::string& path);
  void back_up_directory(const std::string& package, const std::string& path, const OnDisk& like);
  bool may_replace_unowned(const std::string& path, const Target&);
  Attributes kept_attributes(const Target&, const OnDisk&) const;
  bool must_part(const std::string& path, const Target&, const OnDisk&) const;
  bool same_hard_link(const Target&, const OnDisk&) const;
  std::uint32_t wanted_links(const std::string& path, const OnDisk&) const;
  void look_at_leader(const std::string& path, const Target&);
  void check_abilities(const std::string& path, const Target&);
  std::vector<Notice> lost_attributes() const;

  // what goes
  void go(const std::string& path, const Target&);
  void directory_goes(const std::string& path, const Target&);
  void file_goes(const std::string& path, const Target&);

  // questions
  void check_passers(const std::string& path, const Target&);
  bool is_conflict(const std::string& path, const Target&);
  bool owned_by_others(const Target&) const;
  bool edited(const Target&, const OnDisk&) const;
  bool is_below(const std::string& path, const std::set<std::string>& directories) const;
  Appear leaves(const std::string& path) const;
  std::optional<Retired> retired(const Target&, const OnDisk&) const;
  std::vector<Displaced> displaced() const;
  const Target* target(const std::string& path) const;
  std::string installed_version(const std::string& package) const;

  void save(const std::string& path, const Target&, const OnDisk&, NoticeKind);
  void stays(const std::string& path);
  void order(Plan&);
  Appear appear(const std::string& path) const;
  std::uint32_t place_of(const std::string& path) const;
  FileSystem file_system_of(const std::string& path) const;

  const Request& request_;
  const Facts& facts_;
  const Targets& targets_;
  Problems& problems_;

  std::set<std::string> needed_;     ///< directories that must not go
  std::set<std::string> new_;        ///< directories that arrive in this transaction
  std::set<std::string> displaced_;  ///< directories that change their type into something else
  std::set<std::string> late_;       ///< what comes after the old has gone, because the two cannot be exchanged
  std::set<std::pair<std::uint64_t, std::uint64_t>> kept_inodes_;  ///< device, number: not retired though a name goes
  std::vector<Step> backups_, saves_, creates_, replaces_, attributes_, removes_, directory_removes_;
  std::map<std::string, OnDisk> leaders_;  ///< what stands where further hard links lead, by their paths
  std::vector<Notice> notices_;
  Totals totals_;
};

}  // namespace minipkg::plan
