// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/archive/byte_source.hpp"
#include "lib/archive/raw_header.hpp"
#include "minipkg/manifest.hpp"

struct archive;
struct archive_entry;

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

/// Reads a tar archive through libarchive: v7, ustar, GNU and pax, with the sparse files of GNU tar. Around libarchive
/// it is strict (see ARCHITECTURE.md): a warning, a missing end mark, something behind it, data that is not what was
/// declared, and what raw_header.hpp looks for are refused with Error(bad_package), which names archive and member.
class TarReader {
 public:
  TarReader(std::unique_ptr<ByteSource> source, std::string file);
  TarReader(const TarReader&) = delete;  // libarchive's callback knows its address
  TarReader& operator=(const TarReader&) = delete;
  ~TarReader();

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
  enum class Part { headers, data };

  std::span<const char> refill();
  std::span<const char> raw_bytes(std::uint64_t begin, std::uint64_t end);
  std::uint64_t position() const;
  void open();
  bool read_headers(archive_entry*&);
  void finish();
  void begin_member(archive_entry*);
  void set_type(archive_entry*, char raw_type);
  void set_numbers(archive_entry*, const RawHeader&);
  void set_xattrs(archive_entry*, const RawHeader&);
  void expect_data(archive_entry*);
  void end_data();
  [[noreturn]] void refuse_result(int result) const;

  std::unique_ptr<ByteSource> source_;
  std::string file_;
  std::unique_ptr<::archive, int (*)(::archive*)> reader_;
  std::exception_ptr source_error_;  ///< no exception may pass through C

  // The bytes that went to libarchive: of headers all, of data the last piece.
  Part part_ = Part::headers;
  std::span<const char> piece_;
  std::string before_;             ///< what came before piece_
  std::string joined_;             ///< both, where a header lies across their border
  std::uint64_t piece_begin_ = 0;  ///< where piece_ stands in the archive
  bool source_ended_ = false;

  TarMember member_;
  std::uint64_t next_header_ = 0;               ///< where the next member must begin
  std::uint64_t expected_ = 0;                  ///< bytes of data by the sparse map, or by the size
  std::uint64_t arrived_ = 0;                   ///< bytes of data so far
  std::uint64_t file_position_ = 0;             ///< behind the last chunk
  std::uint64_t all_data_ = 0, all_holes_ = 0;  ///< bytes in sparse members so far
  bool data_ended_ = true, ended_ = false;
};

}  // namespace minipkg::archive
