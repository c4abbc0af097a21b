// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/model/language.hpp"
#include "lib/model/retired.hpp"

/// Which file a path was when a process began. Pure.
namespace minipkg::restart {

/// The inodes that one path was, one after the other, each until `renamed`.
using History = std::vector<const RetiredInode*>;
void sort_by_time(History&);

/// When a process began at the latest, CLOCK_BOOTTIME in nanoseconds. /proc counts in ticks: who was started again in
/// the very tick of the last rename counts as begun after it, since that is what people do.
std::int64_t began_by(std::uint64_t start_time, std::int64_t ticks_per_second);

/// The old inode that was at the path when a process began, a sorted history given; nullptr if it was what is there
/// now.
const RetiredInode* read_by(const History&, std::int64_t began_by);

/// Whether an interpreter reads that as a module: only endings tell, "#!" and shells have none.
bool is_module(Language);

/// Which interpreter loads this shared object as a module, by the directory it lies in or by its name: none for other
/// libraries, which anybody may map.
Language language_of_extension(std::string_view path);

}  // namespace minipkg::restart
