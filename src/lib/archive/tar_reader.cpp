// SPDX-License-Identifier: MIT
#include "lib/archive/tar_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>

#include "lib/archive/format.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::uint64_t most_header_bytes = std::uint64_t{8} * 1024 * 1024;  // sparse maps are among them
constexpr std::uint64_t most_end_bytes =
    std::uint64_t{64} * 1024 * 1024;  // of a file that is one hole there may be exabytes
constexpr std::int64_t most_ids = 0xFFFFFFFE;
constexpr std::uint64_t most_device = 0xFFFFFFFF;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60U;  // sums of two cannot overflow
// Holes are hashed as zeros, about a second a GiB: a header of some bytes must not keep us busy for years.
constexpr std::uint64_t free_holes = std::uint64_t{16} << 30U;
constexpr std::uint64_t holes_for_a_byte = 1000;

bool all_zero(std::span<const char> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

/// Of a file of `size` bytes, those that are not in holes.
std::uint64_t mapped_bytes(archive_entry* entry, std::uint64_t size) {
  if (archive_entry_sparse_reset(entry) == 0) return size;  // and leaves a dangling pointer to iterate from
  la_int64_t offset = 0;
  la_int64_t length = 0;
  std::uint64_t bytes = 0;
  while (archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK) bytes += static_cast<std::uint64_t>(length);
  return bytes;
}

/// The source knows the archive, not what is read of it.
[[noreturn]] void rethrow_with(const TarMember& member, const std::exception_ptr& of_source) {
  try {
    std::rethrow_exception(of_source);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}, in {}", error.what(), member.label()), error.hint());
  }
}

/// libarchive converts the names of pax headers to the locale's charset, and normalizes them on the way. In the C
/// locale nothing but ASCII can be converted, and then it hands on the bytes as they are.
class CLocale {
 public:
  CLocale() : ours_(::newlocale(LC_ALL_MASK, "C", locale_t{})), before_(::uselocale(ours_)) {}
  ~CLocale() {
    ::uselocale(before_);
    ::freelocale(ours_);
  }
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;

 private:
  locale_t ours_, before_;
};

}  // namespace

TarReader::TarReader(std::unique_ptr<ByteSource> source, std::string file, std::uint64_t packed)
    : MemberSource(std::move(file)),
      source_(std::move(source)),
      packed_(packed),
      reader_(archive_read_new(), archive_read_free) {
  if (reader_ == nullptr) throw std::bad_alloc();
}

void TarReader::refuse_result(int result) const {
  if (source_error_) rethrow_with(member_, source_error_);
  if (result == ARCHIVE_RETRY) refuse(member_, "has a damaged header (wrong checksum)");
  if (source_ended_) refuse(fmt::format("the archive is truncated, it ends in {}", member_.label()));
  const std::string why = text_or_empty(archive_error_string(reader_.get()));
  refuse(member_, why.empty() ? "is damaged" : "is damaged: " + printable(why));
}

/// What is wrong, and with which name, the bytes themselves say best.
void TarReader::look_at_damage(int result) {
  const std::span<const char> bytes = raw_bytes(next_header_, piece_begin_ + piece_.size());
  member_.name = likely_name(bytes);
  if (result == ARCHIVE_RETRY || source_ended_) return;
  try {
    check_headers(bytes);
  } catch (const std::invalid_argument& error) {
    refuse(member_, error.what());
  } catch (const std::out_of_range&) {
    return;  // they were not read to their end
  }
}

std::span<const char> TarReader::refill() {
  if (source_ended_) return {};
  if (part_ == Part::headers) {
    before_.append(piece_.data(), piece_.size());
  } else {
    before_.clear();
  }
  if (before_.size() > most_header_bytes) refuse(member_, "has headers or a sparse map of too many bytes");
  piece_begin_ += piece_.size();
  piece_ = {};
  piece_ = source_->next();
  source_ended_ = piece_.empty();
  return piece_;
}

/// Of what was kept. Good until the next refill().
std::span<const char> TarReader::raw_bytes(std::uint64_t begin, std::uint64_t end) {
  if (begin >= piece_begin_) return piece_.subspan(begin - piece_begin_, end - begin);
  joined_ = before_;
  joined_.append(piece_.data(), piece_.size());
  const std::uint64_t kept_from = piece_begin_ - before_.size();
  return std::span(joined_).subspan(begin - kept_from, end - begin);
}

std::uint64_t TarReader::position() const { return static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), 0)); }

void TarReader::open() {
  const auto read = [](::archive*, void* self, const void** buffer) -> la_ssize_t {
    auto* reader = static_cast<TarReader*>(self);
    try {
      const std::span<const char> bytes = reader->refill();
      *buffer = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      reader->source_error_ = std::current_exception();
      return ARCHIVE_FATAL;
    }
  };
  archive_read_support_format_tar(reader_.get());
  const int result = archive_read_open(reader_.get(), this, nullptr, read, nullptr);
  if (result == ARCHIVE_OK) return;
  const std::span<const char> start = raw_bytes(0, piece_begin_ + piece_.size());
  if (source_error_ || start.size() < tar_block) refuse_result(result);
  const Sniffed sniffed = sniff(start.first(tar_block));
  if (sniffed.format == Format::tar) look_at_damage(result);
  if (sniffed.format == Format::tar) refuse(member_, "has a damaged header");
  refuse(fmt::format("its content is {}, not a tar archive", sniffed.name));
}

const TarMember* TarReader::next() {
  if (ended_) return nullptr;
  while (read()) {
  }
  if (part_ == Part::data) before_.clear();
  part_ = Part::headers;
  member_ = TarMember(member_.number + 1);
  if (member_.number == 1) open();
  archive_entry* entry = nullptr;
  if (read_headers(entry)) {
    begin_member(entry);
    return &member_;
  }
  finish();
  return nullptr;
}

/// False at the archive's end.
bool TarReader::read_headers(archive_entry*& entry) {
  const CLocale names_as_they_are;
  const int result = archive_read_next_header(reader_.get(), &entry);
  // EILSEQ is the one warning that is none: a name of other characters than ASCII.
  const bool not_ascii = result == ARCHIVE_WARN && archive_errno(reader_.get()) == EILSEQ;
  if (result == ARCHIVE_OK || result == ARCHIVE_EOF || not_ascii) return result != ARCHIVE_EOF;
  if (!source_error_) look_at_damage(result);
  refuse_result(result);
}

/// Two blocks of zeros end the archive; only zeros may follow, up to a whole number of blocks.
void TarReader::finish() {
  std::span<const char> bytes = raw_bytes(next_header_, piece_begin_ + piece_.size());
  std::uint64_t size = 0;
  do {
    if (!all_zero(bytes)) refuse("the archive goes on behind its end mark");
    size += bytes.size();
    if (size > most_end_bytes) refuse("the archive goes on behind its end mark, with zeros");
    part_ = Part::data;
    bytes = refill();
  } while (!bytes.empty());
  if (size == 0) refuse("the archive is truncated, its end mark is missing");
  if (size < 2 * tar_block) refuse("the archive is truncated, its end mark is incomplete");
  if (size % tar_block != 0) refuse("the archive is followed by part of a block");
  ended_ = true;
}

void TarReader::begin_member(archive_entry* entry) {
  member_.name = text_or_empty(archive_entry_pathname(entry));
  if (member_.name.empty()) refuse(member_, "has no name");
  try {
    const RawHeader raw = check_headers(raw_bytes(next_header_, position()));
    next_header_ = (raw.type == 'S' ? position() : next_header_ + raw.end) + whole_blocks(raw.size);
    set_type(entry, raw.type);
    set_numbers(entry, raw);
    set_xattrs(entry, raw);
  } catch (const std::logic_error& error) {
    refuse(member_, error.what());
  }
  member_.owner.user = text_or_empty(archive_entry_uname(entry));
  member_.owner.group = text_or_empty(archive_entry_gname(entry));
  expect_data(entry);
}

void TarReader::set_type(archive_entry* entry, char raw_type) {
  constexpr std::array types{FileType::hardlink, FileType::symlink,   FileType::character,
                             FileType::block,    FileType::directory, FileType::fifo};
  const bool slash = member_.name.back() == '/';
  if (raw_type >= '1' && raw_type <= '6') member_.type = types.at(static_cast<std::size_t>(raw_type - '1'));
  if (raw_type == '\0' && slash) member_.type = FileType::directory;  // v7 had no type for them
  if (member_.type == FileType::hardlink) member_.link = text_or_empty(archive_entry_hardlink(entry));
  if (member_.type == FileType::symlink) member_.link = text_or_empty(archive_entry_symlink(entry));
  if (slash && member_.type != FileType::directory) {
    refuse(member_, fmt::format("has a name that ends in a slash, but is a {}", type_name(member_.type)));
  }
}

void TarReader::set_numbers(archive_entry* entry, const RawHeader& raw) {
  const auto id = [&](const char* what, std::int64_t value) {
    if (value < 0 || value > most_ids)
      refuse(member_, fmt::format("has the {} {}, which is out of range", what, value));
    return static_cast<std::uint32_t>(value);
  };
  member_.owner.uid = id("uid", archive_entry_uid(entry));
  member_.owner.gid = id("gid", archive_entry_gid(entry));
  member_.mode = member_.type == FileType::symlink ? std::uint16_t{0777} : raw.mode;
  member_.mtime = raw.pax_mtime.value_or(archive_entry_mtime(entry));
  using Limits = std::numeric_limits<std::int64_t>;  // libarchive's answer to what does not fit
  if (member_.mtime == Limits::max() || member_.mtime == Limits::min())
    refuse(member_, "has a damaged header: its time is no number");
  if (member_.type != FileType::character && member_.type != FileType::block) return;
  const auto device = [&](std::uint64_t value) {
    if (value > most_device) refuse(member_, "has a device number that is out of range");
    return static_cast<std::uint32_t>(value);
  };
  member_.dev_major = device(archive_entry_rdevmajor(entry));
  member_.dev_minor = device(archive_entry_rdevminor(entry));
}

void TarReader::set_xattrs(archive_entry* entry, const RawHeader& raw) {
  member_.xattrs = raw.acls;
  const char* name = nullptr;
  const void* bytes = nullptr;
  std::size_t size = 0;
  archive_entry_xattr_reset(entry);
  while (archive_entry_xattr_next(entry, &name, &bytes, &size) == ARCHIVE_OK) {
    std::string value(static_cast<const char*>(bytes), size);
    // libarchive writes each attribute twice, in two spellings; they must say the same.
    const auto [place, added] = member_.xattrs.emplace(name, value);
    if (!added && place->second != value)
      refuse(member_, fmt::format("has two values for the attribute '{}'", printable(name)));
  }
}

void TarReader::expect_data(archive_entry* entry) {
  member_.size = static_cast<std::uint64_t>(archive_entry_size(entry));
  if (member_.size > most_bytes) refuse(member_, "has a size that is out of range");
  expected_ = mapped_bytes(entry, member_.size);
  if (expected_ > member_.size) refuse(member_, "has a sparse map that goes back or beyond the file's end");
  all_data_ += expected_;
  all_holes_ += member_.size - expected_;
  if (all_holes_ > free_holes && all_holes_ / holes_for_a_byte > std::min(all_data_, packed_)) {
    refuse(member_, "has holes out of all proportion to the data of the archive");
  }
  part_ = Part::data;
  data_ended_ = false;
  arrived_ = file_position_ = 0;
}

std::optional<Chunk> TarReader::read() {
  while (!data_ended_) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int result = archive_read_data_block(reader_.get(), &data, &size, &at);
    if (result == ARCHIVE_EOF) {
      end_data();
    } else if (result != ARCHIVE_OK) {
      refuse_result(result);
    } else if (size > 0) {
      const auto offset = static_cast<std::uint64_t>(at);
      if (offset < file_position_ || offset > member_.size || size > member_.size - offset)
        refuse(member_, "has a sparse map that goes back or beyond the file's end");
      file_position_ = offset + size;
      arrived_ += size;
      return Chunk{offset, {static_cast<const char*>(data), size}};
    }
  }
  return {};
}

/// libarchive stops where either the sparse map or the data ends: both must, and there must the next header be.
void TarReader::end_data() {
  data_ended_ = true;
  if (arrived_ != expected_ || position() != next_header_)
    refuse(member_, "has a size or a sparse map that does not fit its data");
}

}  // namespace minipkg::archive
