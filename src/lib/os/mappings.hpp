// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minipkg::os {

/// A range of memory that a file backs.
struct Mapping {
  std::uint64_t start = 0, end = 0;
  std::uint64_t dev = 0;  ///< of the super block: on btrfs not what stat(2) says of the file
  std::uint64_t ino = 0;
  bool executable = false;
  bool name_gone =
      false;  ///< its name ends in " (deleted)": the name was taken away, or is like that; MappingNames::ask
  bool operator==(const Mapping&) const = default;
};

enum class MappingSource {
  automatic,  ///< query where the kernel knows it, otherwise text
  query,      ///< ioctl PROCMAP_QUERY on /proc/PID/maps, Linux 6.11
  text,       ///< the lines of /proc/PID/maps
};

/// The kernel takes a fifth longer to tell them all by query.
enum class MappingNames { skip, ask };

/// One line of /proc/PID/maps. Nothing for what no file backs. Names are not read but for their end: they are as a
/// process chose them, and the inode is asked through /proc/PID/map_files instead.
std::optional<Mapping> parse_maps_line(std::string_view line);

/// Reads the mappings of one process after the other and keeps its buffers between them.
class MappingReader {
 public:
  explicit MappingReader(MappingSource source = MappingSource::automatic, MappingNames names = MappingNames::skip)
      : source_(source), names_(names) {}

  /// Reads those of the process whose /proc directory this is. False and errno set if they cannot be read: ENOTTY
  /// where `query` was demanded of a kernel that has it not.
  bool read(int process);
  const std::vector<Mapping>& mappings() const { return mappings_; }  ///< by address

 private:
  bool read_by_query(int maps);
  bool is_name_gone_of(int maps, const Mapping&) const;
  bool read_by_text(int maps);

  MappingSource source_;
  MappingNames names_;
  std::vector<Mapping> mappings_;
  std::string text_;
};

}  // namespace minipkg::os
