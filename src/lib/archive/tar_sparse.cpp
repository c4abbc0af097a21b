// SPDX-License-Identifier: MIT
// Where the data of a member goes: the sparse formats of GNU tar, tar(5) and the GNU tar manual, "Storing Sparse
// Files".
#include <fmt/format.h>

#include <limits>

#include "lib/archive/tar_reader.hpp"
#include "lib/model/file_tree.hpp"

namespace minipkg::archive {
namespace {

constexpr std::size_t most_extents = std::size_t{1024} * 1024;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60U;  // sums of two cannot overflow
// Holes are hashed as zeros, about a second a GiB: a header of some bytes must not keep us busy for years.
constexpr std::uint64_t free_holes = std::uint64_t{16} << 30U;
constexpr std::uint64_t holes_for_a_byte = 1000;

}  // namespace

void TarReader::set_extents(const TarHeader& header) {
  const std::optional<std::uint64_t> size = pax_.number("size");
  stored_ = size ? *size : required(header.size(), "size");
  if (stored_ > most_bytes) refuse(member_, "has a size that is out of range");
  padding_ = (tar_block - stored_ % tar_block) % tar_block;
  extents_.assign(1, {0, stored_});
  extent_ = 0;
  member_.size = stored_;
  const bool is_sparse = header.type() == 'S' || pax_.any("GNU.sparse.");
  if (member_.type != FileType::regular && (stored_ > 0 || is_sparse)) {
    refuse(member_, fmt::format("carries data, but is a {}", type_name(member_.type)));
  }
  if (pax_.any("SUN.holesdata") || pax_.has("SCHILY.realsize") || pax_.has("GNU.dumpdir")) {
    refuse(member_, "is stored in a way that is not supported (Solaris or star sparse file, or incremental dump)");
  }
  if (!is_sparse) return;
  if (header.type() == 'S') {
    read_gnu_map(header);
  } else {
    read_pax_map();
  }
  check_extents();
}

/// The oldest form: four extents in the header, more in blocks behind it.
void TarReader::read_gnu_map(const TarHeader& header) {
  constexpr std::size_t in_header = 386;
  constexpr std::size_t more_flag = 482;
  constexpr std::size_t real_size = 483;
  constexpr std::size_t more_flag_of_block = 504;
  extents_.clear();
  const auto add = [&](const TarHeader& block, std::size_t at, std::size_t count) {
    for (std::size_t i = 0; i < count && block.byte(at + 24 * i) != 0; ++i) {
      extents_.push_back({required(block.unsigned_number(at + 24 * i, 12), "sparse map"),
                          required(block.unsigned_number(at + 24 * i + 12, 12), "sparse map")});
      if (extents_.size() > most_extents) refuse(member_, "has too long a sparse map");
    }
  };
  add(header, in_header, 4);
  member_.size = required(header.unsigned_number(real_size, 12), "real size");
  bool more = header.byte(more_flag) != 0;
  while (more) {
    const auto bytes = take_block();
    const TarHeader block(bytes);
    add(block, 0, 21);
    more = block.byte(more_flag_of_block) != 0;
  }
}

/// Formats 0.0 and 0.1 have the map in the header, 1.0 has it in front of the data.
void TarReader::read_pax_map() {
  const bool version_1 = pax_.has("GNU.sparse.major");
  const std::optional<std::uint64_t> size = pax_.number(version_1 ? "GNU.sparse.realsize" : "GNU.sparse.size");
  if (!size) refuse(member_, "is sparse, but does not say its size");
  member_.size = *size;
  if (!version_1) {
    extents_ = pax_.sparse_map();
    return;
  }
  if (pax_.text("GNU.sparse.major") != "1" || pax_.text("GNU.sparse.minor") != "0") {
    refuse(member_, "is a sparse file of an unknown version");
  }
  read_map_in_data();
}

/// Decimal numbers, one a line: how many extents, then offset and length of each; filled up to a whole block.
void TarReader::read_map_in_data() {
  std::vector<std::uint64_t> numbers;
  std::uint64_t wanted = 1;
  std::string line;
  while (numbers.size() < wanted) {
    if (stored_ < tar_block) refuse(member_, "has a sparse map that is cut off");
    stored_ -= tar_block;
    for (const char c : take_block()) {
      if (numbers.size() == wanted) break;
      if (c != '\n') {
        line += c;
        continue;
      }
      const std::optional<std::uint64_t> number = decimal(line);
      if (!number) refuse(member_, "has a sparse map that is no list of numbers");
      if (numbers.empty() && *number > most_extents) refuse(member_, "has too long a sparse map");
      if (numbers.empty()) wanted = 1 + 2 * *number;
      numbers.push_back(*number);
      line.clear();
    }
  }
  extents_.clear();
  for (std::size_t i = 1; i < numbers.size(); i += 2) extents_.push_back({numbers[i], numbers[i + 1]});
}

/// A map must go forward, stay within the file, and use up exactly the bytes that are there.
void TarReader::check_extents() {
  std::uint64_t position = 0;
  std::uint64_t data = 0;
  if (member_.size > most_bytes) refuse(member_, "has a size that is out of range");
  for (const Extent& extent : extents_) {
    if (extent.offset < position || extent.offset > member_.size || extent.length > member_.size - extent.offset) {
      refuse(member_, "has a sparse map that goes back or beyond the file's end");
    }
    position = extent.offset + extent.length;
    data += extent.length;
  }
  if (data != stored_) refuse(member_, "has a sparse map that does not fit its data");
  all_data_ += data;
  all_holes_ += member_.size - data;
  if (all_holes_ > free_holes && all_holes_ / holes_for_a_byte > all_data_) {
    refuse(member_, "has holes out of all proportion to the data of the archive");
  }
}

}  // namespace minipkg::archive
