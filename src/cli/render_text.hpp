// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "minipkg/manifest.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/system.hpp"

/// Answers as text for a person. Whatever came from a package, a path or a process has passed printable().
namespace minipkg::cli {

std::string size_text(std::uint64_t bytes);                           ///< "3.2 MiB"
std::string change_text(std::int64_t bytes);                          ///< "3.2 MiB more", "12 B less", "same size"
std::string time_text(std::int64_t seconds);                          ///< "2024-12-01 12:00:00", local time
std::string count_text(std::uint64_t count, std::string_view noun);   ///< "1 file", "2 files"
std::string shortened(const std::string& text, std::size_t columns);  ///< cut at the end, never inside a character

/// Columns of a terminal: characters, not bytes. (Wide and combining ones are counted as one.)
std::size_t width(std::string_view text);

using Rows = std::vector<std::vector<std::string>>;
/// Columns aligned by two spaces; the last one is not padded.
std::string aligned(const Rows&);
std::string tabbed(const Rows&);  ///< columns separated by tabs
/// Aligned for a terminal, separated by tabs for a program.
std::string records(const Rows&, const Console&);

std::string metadata_text(const Manifest&);
/// "-rwxr-xr-x root/root 120 /usr/bin/x", "… /usr/lib/a -> b"
std::string file_line(const FileEntry&);

/// "Upgrade:" and the packages below it.
std::string plan_text(const std::vector<PackageChange>&, const Console&);
std::string steps_text(const Plan&);                   ///< every path, for -v
std::string notices_text(const std::vector<Notice>&);  ///< without those that are warnings
/// "the file system at '/boot' cannot hold …": empty for what is no warning.
std::string warning_text(const Notice&);
/// "1 package, 340 files replaced, 18 kept": the last line of an install, without its time.
std::string summary_text(const std::vector<PackageChange>&, const Totals&);
std::string change_line(const PackageChange&);  ///< "upgrade hello 1.0 -> 1.1"

/// What stands in the way, as sentences: all of it, the paths of one conflict together.
struct Complaint {
  std::string sentence;  ///< may go on over several lines
  std::string hint;
};
std::vector<Complaint> complaints(const Problems&, const Request&);
Complaint obstacle(const Problem&);  ///< from ProblemKind::no_space on

}  // namespace minipkg::cli
