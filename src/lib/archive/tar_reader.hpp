// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/archive/byte_source.hpp"
#include "lib/archive/pax.hpp"
#include "lib/archive/tar_header.hpp"
#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// One member of a tar archive: what its headers say, put together, but not judged.
struct TarMember {
  TarMember() = default;
  explicit TarMember(std::uint64_t which, std::string named = {}) : number(which), name(std::move(named)) {}

  std::uint64_t number = 0;  ///< from 1
  std::string name;          ///< as it stands there
  FileType type = FileType::regular;
  std::uint16_t mode = 0;
  Owner owner;  ///< names may be empty
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  std::string link;
  std::uint32_t dev_major = 0, dev_minor = 0;
  Xattrs xattrs;

  std::string label() const;  ///< "member 7 'usr/bin/x'", printable
};

/// Bytes of a member at their offset in the file.
struct Chunk {
  std::uint64_t offset = 0;
  std::span<const char> bytes;
};

/// Reads a tar archive: v7, ustar, star, GNU and pax, with the sparse files of GNU tar. It is strict where libarchive's
/// reader is not (see ARCHITECTURE.md): what is no tar, is cut off, goes on behind its end, or says one thing twice is
/// refused with Error(bad_package), which names archive and member.
class TarReader {
 public:
  TarReader(std::unique_ptr<ByteSource> source, std::string file);

  /// The next member, or null at the archive's end. What was not read of the one before is passed over.
  const TarMember* next();
  /// The next piece of the current member's data, or nothing at its end. Offsets only grow; what lies between is a
  /// hole.
  std::optional<Chunk> read();

  const TarMember& member() const { return member_; }
  const std::string& file() const { return file_; }

  [[noreturn]] void refuse(const TarMember&, std::string_view why) const;
  [[noreturn]] void refuse(std::string_view why) const;

 private:
  std::span<const char, tar_block> take_block();
  std::span<const char> take(std::uint64_t most);
  std::string take_body(const TarHeader&, std::uint64_t most, const char* what);
  void skip_data();
  void finish();
  bool read_extension(const TarHeader&);
  void begin_member(const TarHeader&);
  void set_names(const TarHeader&);
  void set_numbers(const TarHeader&);
  void set_type(const TarHeader&);
  void set_extents(const TarHeader&);
  void read_gnu_map(const TarHeader&);
  void read_pax_map();
  void read_map_in_data();
  void check_extents();
  template <typename T>
  T required(std::optional<T> value, const char* what) const {
    if (!value) refuse_field(what);
    return *value;
  }
  [[noreturn]] void refuse_field(const char* what) const;

  std::unique_ptr<ByteSource> source_;
  std::string file_;
  std::span<const char> buffered_;
  std::array<char, tar_block> straddling_{};  ///< a block that lies across two pieces of the source

  TarMember member_;
  PaxRecords defaults_, pax_;                         ///< of 'g' headers; of the 'x' header before this member
  std::optional<std::string> long_name_, long_link_;  ///< GNU's 'L' and 'K'
  std::vector<Extent> extents_;                       ///< where the data of the current member goes
  std::size_t extent_ = 0;
  std::uint64_t stored_ = 0;                    ///< bytes of the current member that are still to come
  std::uint64_t padding_ = 0;                   ///< and behind them, up to a whole block
  std::uint64_t all_data_ = 0, all_holes_ = 0;  ///< bytes in sparse members so far
  bool ended_ = false;
};

}  // namespace minipkg::archive
