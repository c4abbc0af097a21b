// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/archive/byte_source.hpp"
#include "lib/archive/member_source.hpp"
#include "lib/archive/raw_header.hpp"

struct archive;
struct archive_entry;

namespace minipkg::archive {

/// Reads a tar archive through libarchive: v7, ustar, GNU and pax, with the sparse files of GNU tar. Around libarchive
/// it is strict (see ARCHITECTURE.md): a warning, a missing end mark, something behind it, data that is not what was
/// declared, and what raw_header.hpp looks for are refused with Error(bad_package), which names archive and member.
class TarReader final : public MemberSource {
 public:
  /// `packed` bytes are what the source has its own from: holes must be in proportion to them.
  TarReader(std::unique_ptr<ByteSource> source, std::string file,
            std::uint64_t packed = std::numeric_limits<std::uint64_t>::max());

  const TarMember* next() override;
  std::optional<Chunk> read() override;

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
  void look_at_damage(int result);

  std::unique_ptr<ByteSource> source_;
  std::uint64_t packed_;
  std::unique_ptr<::archive, int (*)(::archive*)> reader_;
  std::exception_ptr source_error_;  ///< no exception may pass through C

  // The bytes that went to libarchive: of headers all, of data the last piece.
  Part part_ = Part::headers;
  std::span<const char> piece_;
  std::string before_;             ///< what came before piece_
  std::string joined_;             ///< both, where a header lies across their border
  std::uint64_t piece_begin_ = 0;  ///< where piece_ stands in the archive
  bool source_ended_ = false;

  std::uint64_t next_header_ = 0;               ///< where the next member must begin
  std::uint64_t expected_ = 0;                  ///< bytes of data by the sparse map, or by the size
  std::uint64_t arrived_ = 0;                   ///< bytes of data so far
  std::uint64_t file_position_ = 0;             ///< behind the last chunk
  std::uint64_t all_data_ = 0, all_holes_ = 0;  ///< bytes in sparse members so far
  bool data_ended_ = true, ended_ = false;
};

}  // namespace minipkg::archive
