// SPDX-License-Identifier: MIT
#include "lib/os/mappings.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>

#include "lib/base/fd.hpp"

namespace minipkg::os {
namespace {

/// struct procmap_query of linux/fs.h, Linux 6.11; Debian 12's headers are older.
struct ProcmapQuery {
  std::uint64_t size = sizeof(ProcmapQuery);
  std::uint64_t query_flags = 0;
  std::uint64_t query_addr = 0;
  std::uint64_t vma_start = 0, vma_end = 0, vma_flags = 0, vma_page_size = 0, vma_offset = 0;
  std::uint64_t inode = 0;
  std::uint32_t dev_major = 0, dev_minor = 0;
  std::uint32_t vma_name_size = 0, build_id_size = 0;
  std::uint64_t vma_name_addr = 0, build_id_addr = 0;
};
static_assert(sizeof(ProcmapQuery) == 104, "the kernel's layout");

constexpr auto procmap_query = _IOWR('f', 17, ProcmapQuery);
constexpr std::uint64_t vma_executable = 0x04;
constexpr std::uint64_t covering_or_next = 0x10;
constexpr std::uint64_t file_backed = 0x20;

constexpr std::string_view deleted = " (deleted)";  // d_path() in fs/d_path.c

/// Whether the name of the mapping at this address ends like that of a file whose name was taken away.
bool is_name_gone(int maps, std::uint64_t address) {
  // Short ones are told faster: the kernel takes as much room as it is offered.
  std::array<char, PATH_MAX> room;
  for (const std::size_t size : {std::size_t{256}, room.size()}) {
    ProcmapQuery query;
    query.query_addr = address;
    query.vma_name_addr = reinterpret_cast<std::uintptr_t>(room.data());
    query.vma_name_size = static_cast<std::uint32_t>(size);
    if (::ioctl(maps, procmap_query, &query) == 0) {
      const std::size_t told = query.vma_name_size;  // with the end mark
      return told > 0 && told <= size && std::string_view(room.data(), told - 1).ends_with(deleted);
    }
    if (errno != ENAMETOOLONG) return false;
  }
  return true;  // not known: to be looked at
}

/// Takes a number and the separator behind it off `text`.
bool take_number(std::string_view& text, int base, char separator, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return separator == ' ';  // the inode number may end the line
  if (text.front() != separator) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Mapping> parse_maps_line(std::string_view line) {
  Mapping mapping;
  if (!take_number(line, 16, '-', mapping.start) || !take_number(line, 16, ' ', mapping.end)) return std::nullopt;
  if (line.size() < 5 || line[4] != ' ') return std::nullopt;
  mapping.executable = line[2] == 'x';
  line.remove_prefix(5);
  std::uint64_t offset = 0;
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  if (!take_number(line, 16, ' ', offset) || !take_number(line, 16, ':', major) || !take_number(line, 16, ' ', minor) ||
      !take_number(line, 10, ' ', mapping.ino) || mapping.ino == 0) {
    return std::nullopt;
  }
  mapping.dev = makedev(static_cast<unsigned int>(major), static_cast<unsigned int>(minor));
  mapping.name_gone = line.ends_with(deleted);
  return mapping;
}

bool MappingReader::read(int process) {
  mappings_.clear();
  const Fd maps(::openat(process, "maps", O_RDONLY | O_CLOEXEC));
  if (!maps) return false;
  if (source_ == MappingSource::text) return read_by_text(maps.get());
  if (read_by_query(maps.get())) return true;
  if (errno != ENOTTY || source_ == MappingSource::query) return false;
  source_ = MappingSource::text;
  return read_by_text(maps.get());
}

bool MappingReader::read_by_query(int maps) {
  ProcmapQuery query;
  for (;;) {
    query.query_flags = covering_or_next | file_backed;
    if (::ioctl(maps, procmap_query, &query) != 0) return errno == ENOENT;
    if (query.inode != 0) {
      Mapping mapping{query.vma_start,
                      query.vma_end,
                      makedev(query.dev_major, query.dev_minor),
                      query.inode,
                      (query.vma_flags & vma_executable) != 0,
                      false};
      if (names_ == MappingNames::ask) mapping.name_gone = is_name_gone_of(maps, mapping);
      mappings_.push_back(mapping);
    }
    query.query_addr = query.vma_end;
  }
}

/// The segments of a library stand together: the first one's name is asked.
bool MappingReader::is_name_gone_of(int maps, const Mapping& mapping) const {
  if (!mappings_.empty() && mappings_.back().dev == mapping.dev && mappings_.back().ino == mapping.ino) {
    return mappings_.back().name_gone;
  }
  return is_name_gone(maps, mapping.start);
}

bool MappingReader::read_by_text(int maps) {
  constexpr std::size_t piece = 65536;
  std::size_t filled = 0;
  for (;;) {
    if (text_.size() < filled + piece) text_.resize(filled + piece);
    const ssize_t got = ::read(maps, text_.data() + filled, text_.size() - filled);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    filled += static_cast<std::size_t>(got);
  }
  std::string_view rest(text_.data(), filled);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (const auto mapping = parse_maps_line(rest.substr(0, end))) mappings_.push_back(*mapping);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return true;
}

}  // namespace minipkg::os
