// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/model/retired.hpp"
#include "minipkg/plan.hpp"

namespace minipkg {

/// Numbers stand in the journal table: never change one.
enum class StepKind : std::uint8_t {
  create_directory = 1,
  create_file = 2,
  replace_file = 3,
  change_type = 4,
  set_attributes = 5,
  save_file = 6,
  remove_file = 7,
  remove_directory = 8,
};

/// What undo and sweep must know of one step of a plan, and nothing more.
struct JournalStep {
  StepKind kind = StepKind::create_file;
  Appear appear = Appear::by_itself;
  std::uint32_t place = 0;
  std::string path;               ///< canonical
  std::string save_as;            ///< save_file: the second name
  std::uint64_t staged_ino = 0;   ///< inode that becomes visible; 0: none does
  std::uint64_t before_ino = 0;   ///< inode that was visible; 0: none was
  Attributes before;              ///< set_attributes, remove_directory: what undo gives back; its mtime is not used
  std::int64_t before_mtime = 0;  ///< the same, nanoseconds since 1970
  std::optional<Digest> old_digest;
  bool edited = false;  ///< what appears is an old inode that somebody had edited, not what the manifest promises
};

struct TouchedDirectory {
  std::string path;
  std::int64_t mtime = 0;  ///< nanoseconds since 1970, before the transaction
};

struct JournalPlace {
  std::string top;
  std::int64_t mtime = 0;        ///< of top, nanoseconds: making .minipkg in it changes that
  std::uint64_t kept_bytes = 0;  ///< once done: what only the kept names in its area hold
};

enum class JournalState : std::uint8_t {
  staging,     ///< only staging areas exist: undo removes them
  committing,  ///< every step below may have happened
};

/// One transaction on its way: the same value drives commit, undo, sweep and recovery.
struct Journal {
  std::uint64_t number = 0;
  std::string id;
  std::uint64_t restores = 0;  ///< first transaction whose kept inodes this one brings back; 0: none
  JournalState state = JournalState::staging;
  std::vector<JournalPlace> places;
  std::vector<JournalStep> steps;
  std::vector<TouchedDirectory> touched;
  /// CLOCK_BOOTTIME in nanoseconds: the first change is about to come, or, afterwards, the last one has happened.
  std::int64_t renamed = 0;
};

}  // namespace minipkg
