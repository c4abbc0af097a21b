// SPDX-License-Identifier: MIT
#include <array>

#include "lib/model/json_text.hpp"

// The words that stand for enumerators in JSON. The arrays follow the order of the enumerations; the schemas in
// schemas/ list the same words, and tests/unit/model/json_test.cpp holds both together.
namespace minipkg::json {
namespace {

template <typename Enum, std::size_t N>
const char* word(const std::array<const char*, N>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

constexpr std::array<const char*, 8> file_types{"file", "dir",   "symlink", "hardlink",
                                                "char", "block", "fifo",    "socket"};
constexpr std::array<const char*, 5> actions{"install", "upgrade", "downgrade", "reinstall", "remove"};
constexpr std::array<const char*, 2> appearances{"by_itself", "with_parent"};
constexpr std::array<const char*, 11> notice_kinds{
    "directory_mode_kept", "directory_not_empty", "file_saved",     "unowned_overwritten",
    "edited_file_removed", "symlink_kept",        "attribute_lost", "note",
    "unowned_saved",       "differs_in_case",     "looks_the_same"};
constexpr std::array<const char*, 23> problem_kinds{
    "file_conflict", "unowned_conflict",   "type_conflict",    "unsafe_path",      "downgrade",
    "not_installed", "wrong_architecture", "repeated_package", "cross_place_link", "unknown_scheme",
    "cannot_hold",   "no_space",           "no_inodes",        "read_only",        "immutable",
    "append_only",   "mount_point",        "swap_file",        "not_permitted",    "file_too_large",
    "name_too_long", "backup_elsewhere",   "backup_impossible"};
constexpr std::array<const char*, 6> uses{"executable", "code", "script", "module", "data", "descriptor"};
constexpr std::array<const char*, 2> retired_kinds{"replaced", "removed"};
constexpr std::array<const char*, 3> certainties{"confirmed", "unconfirmed", "likely"};
constexpr std::array<const char*, 2> bases{"record", "path"};
constexpr std::array<const char*, 8> remedy_kinds{"restart_unit",   "reload_unit",         "restart_user_unit",
                                                  "reexec_manager", "reexec_user_manager", "restart_container",
                                                  "end_session",    "restart_process"};
constexpr std::array<const char*, 2> manners{"automatic", "by_hand"};
constexpr std::array<const char*, 3> reboots{"no", "soft_reboot", "reboot"};
constexpr std::array<const char*, 5> treatments{"left", "pending", "done", "failed", "still_old"};
constexpr std::array<const char*, 3> recoveries{"nothing_to_do", "undone", "finished"};
constexpr std::array<const char*, 10> error_kinds{"usage",  "refused",    "rolled_back", "needs_recover", "bad_package",
                                                  "locked", "permission", "interrupted", "cannot_answer", "internal"};

}  // namespace

const char* name_of(FileType type) { return word(file_types, type); }
const char* name_of(Action action) { return word(actions, action); }
const char* name_of(Appear appear) { return word(appearances, appear); }
const char* name_of(NoticeKind kind) { return word(notice_kinds, kind); }
const char* name_of(ProblemKind kind) { return word(problem_kinds, kind); }
const char* name_of(Use use) { return word(uses, use); }
const char* name_of(RetiredKind kind) { return word(retired_kinds, kind); }
const char* name_of(Certainty certainty) { return word(certainties, certainty); }
const char* name_of(Basis basis) { return word(bases, basis); }
const char* name_of(RemedyKind kind) { return word(remedy_kinds, kind); }
const char* name_of(Manner manner) { return word(manners, manner); }
const char* name_of(Reboot reboot) { return word(reboots, reboot); }
const char* name_of(Treatment treatment) { return word(treatments, treatment); }
const char* name_of(Recovery recovery) { return word(recoveries, recovery); }
const char* name_of(ErrorKind kind) { return word(error_kinds, kind); }

std::optional<FileType> file_type_named(std::string_view name) {
  for (std::size_t i = 0; i < file_types.size(); ++i) {
    if (file_types.at(i) == name) return static_cast<FileType>(i);
  }
  return std::nullopt;
}

}  // namespace minipkg::json
