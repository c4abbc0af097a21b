// SPDX-License-Identifier: MIT
// Texts of /proc, as hostile processes make them. The first byte says which.
#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <string>

#include "fuzz/fuzz.hpp"
#include "lib/os/mappings.hpp"
#include "lib/os/mounts.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/container_name.hpp"
#include "lib/restart/placement.hpp"
#include "lib/restart/script_arguments.hpp"

using namespace minipkg;
using fuzz::require;

namespace {

/// What was understood, written as the kernel writes it, is understood alike.
void check_maps(std::string_view text) {
  while (!text.empty()) {
    const auto mapping = os::parse_maps_line(fuzz::take_until(text, '\n'));
    if (!mapping) continue;
    require(mapping->ino != 0, "a mapping that a file backs has an inode");
    const std::string again = fmt::format("{:x}-{:x} r-{}p 0 {:x}:{:x} {} /x{}", mapping->start, mapping->end,
                                          mapping->executable ? 'x' : '-', major(mapping->dev), minor(mapping->dev),
                                          mapping->ino, mapping->name_gone ? " (deleted)" : "");
    require(os::parse_maps_line(again) == mapping, "a line of maps is read alike twice");
  }
}

void check_stat(std::string_view text) {
  const auto stat = os::parse_stat(text);
  if (!stat) return;
  require(text.find(stat->comm) != std::string_view::npos, "the name of a process stands in its text");
  const std::string again = fmt::format("1 ({}) {} {} 0 0 0 0 {} 0 0 0 0 0 0 0 0 0 0 {} 0 {}", stat->comm, stat->state,
                                        stat->ppid, stat->flags, stat->threads, stat->start_time);
  const auto twin = os::parse_stat(again);
  require(twin && twin->comm == stat->comm && twin->ppid == stat->ppid && twin->flags == stat->flags &&
              twin->threads == stat->threads && twin->start_time == stat->start_time,
          "a stat is read alike twice");
}

void check_mounts(std::string_view text) {
  for (const auto& [id, mount] : os::parse_mounts(text)) os::may_hang(mount.type);
  for (const std::string& path : os::parse_swaps(text)) require(path.starts_with('/'), "a swap file is a path");
  require(os::without_octal(text).size() <= text.size(), "an escape is no shorter than what it stands for");
}

/// Control groups: of the first process up to an empty line, then of another one.
void check_cgroup(std::string_view text) {
  const std::size_t end = std::min(text.find("\n\n"), text.size());
  const std::string root = restart::manager_root(text.substr(0, end));
  const std::string_view own = text.substr(std::min(end + 2, text.size()));
  for (const Placement& placement : {restart::placement_of(own, root), restart::placement_of(own)}) {
    require(placement.cgroup == restart::cgroup_path(own), "the group is what the text says");
    require(placement.unit.empty() || restart::is_unit_name(placement.unit), "a unit has a unit's name");
    require(placement.user_unit.empty() || restart::is_unit_name(placement.user_unit), "a user's unit, too");
    require(placement.unit.find('/') == std::string::npos && !placement.unit.starts_with("/"), "no unit is a path");
    require(placement.slice.empty() || placement.slice.ends_with(".slice"), "a slice has a slice's name");
    require(placement.user_unit.empty() || placement.unit.starts_with("user@"), "below a user's manager only");
    require(placement.container.engine.empty() || !placement.container.name.empty(), "a container has a name");
  }
}

/// "python3\0-m\0x.y\0": the program, and its arguments.
void check_arguments(std::string_view text) {
  const auto words = restart::words_of(text);
  for (const std::string_view word : words) require(word.find('\0') == std::string_view::npos, "words have no NUL");
  if (words.empty()) return;
  const restart::Interpreter interpreter = restart::interpreter_of(words.front());
  const restart::Told told = restart::told_to_run(interpreter, words);
  if (told.kind == restart::Told::Kind::nothing) return;
  require(!told.text.empty() || told.kind == restart::Told::Kind::module, "what is to be run has a name");
  require(told.text.data() >= text.data() && told.text.data() + told.text.size() < text.data() + text.size(),
          "what is to be run stands in the arguments");
  if (told.kind == restart::Told::Kind::file) {
    require(restart::files_of_argument(interpreter.language, told.text).front() == told.text, "first the file itself");
  } else {
    for (const std::string& file : restart::files_of_module(told.text)) {
      require(!file.starts_with('/') && file.find("/../") == std::string::npos, "a module lies below a directory");
    }
  }
  restart::holds_python_modules(told.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::as_text(data + 1, size - 1);
  switch (data[0]) {
    case 'm':
      check_maps(text);
      break;
    case 's':
      check_stat(text);
      break;
    case 'u':
      os::parse_effective_uid(text);
      break;
    case 'i':
      check_mounts(text);
      break;
    case 'c':
      check_cgroup(text);
      break;
    case 'a':
      check_arguments(text);
      break;
    default:
      return -1;  // not kept
  }
  return 0;
}
