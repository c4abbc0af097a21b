// SPDX-License-Identifier: MIT
#include "lib/archive/tar_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "lib/archive/format.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::uint64_t most_header_bytes = std::uint64_t{1024} * 1024;
constexpr std::uint64_t most_name_bytes = 8192;  // more than any path may have, so that the refusal can name it
constexpr std::uint64_t most_ids = 0xFFFFFFFE;
constexpr std::uint64_t most_device = 0xFFFFFFFF;

bool all_zero(std::span<const char> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

/// What a global header may not set for all members at once.
bool has_forbidden_default(const PaxRecords& records) {
  constexpr std::array<std::string_view, 7> forbidden{
      "path", "linkpath", "size", "GNU.", "SCHILY.xattr.", "SCHILY.acl.", "LIBARCHIVE.xattr."};
  return std::any_of(forbidden.begin(), forbidden.end(), [&](std::string_view key) { return records.any(key); });
}

}  // namespace

std::string TarMember::label() const {
  return name.empty() ? fmt::format("member {}", number) : fmt::format("member {} '{}'", number, printable(name));
}

TarReader::TarReader(std::unique_ptr<ByteSource> source, std::string file)
    : source_(std::move(source)), file_(std::move(file)) {}

void TarReader::refuse(std::string_view why) const { fail(ErrorKind::bad_package, "read", file_, why); }

void TarReader::refuse(const TarMember& member, std::string_view why) const {
  refuse(fmt::format("{} {}", member.label(), why));
}

std::span<const char> TarReader::take(std::uint64_t most) {
  if (buffered_.empty()) buffered_ = source_->next();
  if (buffered_.empty()) refuse(fmt::format("the archive is truncated, it ends in {}", member_.label()));
  const auto taken = buffered_.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, buffered_.size())));
  buffered_ = buffered_.subspan(taken.size());
  return taken;
}

std::span<const char, tar_block> TarReader::take_block() {
  std::span<const char> piece = take(tar_block);
  if (piece.size() == tar_block) return piece.first<tar_block>();
  std::size_t have = 0;
  for (;;) {
    std::copy(piece.begin(), piece.end(), straddling_.begin() + static_cast<std::ptrdiff_t>(have));
    have += piece.size();
    if (have == tar_block) return straddling_;
    piece = take(tar_block - have);
  }
}

const TarMember* TarReader::next() {
  if (ended_) return nullptr;
  skip_data();
  member_ = TarMember(member_.number + 1);
  try {
    for (;;) {
      if (buffered_.empty()) buffered_ = source_->next();
      if (buffered_.empty()) refuse("the archive is truncated, its end mark is missing");
      const std::span<const char, tar_block> block = take_block();
      if (all_zero(block)) {
        finish();
        return nullptr;
      }
      if (!has_tar_checksum(block)) {
        if (member_.number == 1) refuse(fmt::format("its content is {}, not a tar archive", sniff(block).name));
        refuse(member_, "has a damaged header (wrong checksum)");
      }
      const TarHeader header(block);
      if (read_extension(header)) continue;
      begin_member(header);
      return &member_;
    }
  } catch (const std::invalid_argument& error) {
    refuse(member_, error.what());
  }
}

/// Two blocks of zeros end the archive; only zeros may follow, up to a whole number of blocks.
void TarReader::finish() {
  if (!pax_.empty() || long_name_ || long_link_) refuse("the archive ends in a header that belongs to no member");
  if (buffered_.empty()) buffered_ = source_->next();
  if (buffered_.empty()) refuse("the archive is truncated, its end mark is incomplete");
  if (!all_zero(take_block())) refuse("the archive goes on behind its end mark");
  std::uint64_t rest = 0;
  do {
    if (!all_zero(buffered_)) refuse("the archive is followed by something else");
    rest += buffered_.size();
    buffered_ = source_->next();
  } while (!buffered_.empty());
  if (rest % tar_block != 0) refuse("the archive is followed by part of a block");
  ended_ = true;
}

std::string TarReader::take_body(const TarHeader& header, std::uint64_t most, const char* what) {
  const auto size = required(header.size(), "size");
  if (size > most) refuse(member_, fmt::format("has {} of {} bytes, which is too much", what, size));
  std::string body;
  for (std::uint64_t left = (size + tar_block - 1) / tar_block; left > 0; --left) {
    const auto block = take_block();
    body.append(block.data(), block.size());
  }
  body.resize(static_cast<std::size_t>(size));
  return body;
}

/// Headers that say more about the member that follows. True if this was one.
bool TarReader::read_extension(const TarHeader& header) {
  switch (header.type()) {
    case 'x': {
      if (!pax_.empty()) refuse(member_, "has two pax headers");
      pax_.parse(take_body(header, most_header_bytes, "a pax header"));
      return true;
    }
    case 'g': {
      PaxRecords records;
      records.parse(take_body(header, most_header_bytes, "a global pax header"));
      if (has_forbidden_default(records))
        refuse(member_, "has a global pax header that sets what only one member can have");
      records.add_defaults(defaults_);
      defaults_ = std::move(records);
      return true;
    }
    case 'L':
    case 'K': {
      std::optional<std::string>& text = header.type() == 'L' ? long_name_ : long_link_;
      if (text) refuse(member_, "has two long names");
      text = take_body(header, most_name_bytes, "a name");
      text->erase(text->find_last_not_of('\0') + 1);
      if (text->find('\0') != std::string::npos) refuse(member_, "has a NUL byte in its name");
      return true;
    }
    default:
      return false;
  }
}

void TarReader::refuse_field(const char* what) const {
  refuse(member_, fmt::format("has a damaged header: its {} is no number", what));
}

void TarReader::begin_member(const TarHeader& header) {
  pax_.add_defaults(defaults_);
  set_names(header);
  set_type(header);
  set_numbers(header);
  member_.xattrs = pax_.xattrs();
  set_extents(header);
  pax_ = PaxRecords();
  long_name_.reset();
  long_link_.reset();
}

void TarReader::set_names(const TarHeader& header) {
  const auto first_of = [](std::initializer_list<std::optional<std::string>> choices) {
    for (const auto& choice : choices) {
      if (choice) return *choice;
    }
    return std::string();
  };
  member_.name = first_of({pax_.text("GNU.sparse.name"), pax_.text("path"), long_name_, header.name()});
  member_.link = first_of({pax_.text("linkpath"), long_link_, header.link()});
  member_.owner.user = first_of({pax_.text("uname"), header.user()});
  member_.owner.group = first_of({pax_.text("gname"), header.group()});
  if (member_.name.empty()) refuse(member_, "has no name");
}

void TarReader::set_type(const TarHeader& header) {
  const bool slash = member_.name.back() == '/';
  switch (header.type()) {
    case '\0':
      member_.type = slash ? FileType::directory : FileType::regular;
      break;  // v7 had no type for them
    case '0':
    case '7':
      member_.type = FileType::regular;
      break;
    case '1':
      member_.type = FileType::hardlink;
      break;
    case '2':
      member_.type = FileType::symlink;
      break;
    case '3':
      member_.type = FileType::character;
      break;
    case '4':
      member_.type = FileType::block;
      break;
    case '5':
      member_.type = FileType::directory;
      break;
    case '6':
      member_.type = FileType::fifo;
      break;
    case 'S':
      if (header.dialect() == Dialect::gnu) break;
      [[fallthrough]];
    default:
      refuse(member_, fmt::format("is of the unknown type '{}'", printable(std::string(1, header.type()))));
  }
  if (slash && member_.type != FileType::directory) {
    refuse(member_, fmt::format("has a name that ends in a slash, but is a {}", type_name(member_.type)));
  }
}

void TarReader::set_numbers(const TarHeader& header) {
  const auto id = [&](const char* key, std::optional<std::uint64_t> in_header) {
    const std::optional<std::uint64_t> in_pax = pax_.number(key);
    const std::uint64_t value = in_pax ? *in_pax : required(in_header, key);
    if (value > most_ids) refuse(member_, fmt::format("has the {} {}, which is out of range", key, value));
    return static_cast<std::uint32_t>(value);
  };
  constexpr std::uint64_t most_mode = 0177777;  // some writers put the type in as well
  const std::uint64_t mode = required(header.mode(), "mode");
  if (mode > most_mode) refuse(member_, "has a mode that is out of range");
  member_.mode = member_.type == FileType::symlink ? std::uint16_t{0777} : static_cast<std::uint16_t>(mode & 07777U);
  member_.owner.uid = id("uid", header.uid());
  member_.owner.gid = id("gid", header.gid());
  const std::optional<std::int64_t> mtime = pax_.seconds("mtime");
  member_.mtime = mtime ? *mtime : required(header.mtime(), "time");
  if (member_.type != FileType::character && member_.type != FileType::block) return;
  const auto device = [&](const char* key, std::optional<std::uint64_t> in_header) {
    const std::optional<std::uint64_t> in_pax = pax_.number(key);
    const std::uint64_t value = in_pax ? *in_pax : required(in_header, "device number");
    if (value > most_device) refuse(member_, "has a device number that is out of range");
    return static_cast<std::uint32_t>(value);
  };
  member_.dev_major = device("SCHILY.devmajor", header.device_major());
  member_.dev_minor = device("SCHILY.devminor", header.device_minor());
}

std::optional<Chunk> TarReader::read() {
  while (extent_ < extents_.size() && extents_[extent_].length == 0) ++extent_;
  if (extent_ == extents_.size()) return {};
  Extent& extent = extents_[extent_];
  const Chunk chunk{extent.offset, take(extent.length)};
  extent.offset += chunk.bytes.size();
  extent.length -= chunk.bytes.size();
  stored_ -= chunk.bytes.size();
  return chunk;
}

void TarReader::skip_data() {
  std::uint64_t left = stored_ + padding_;
  while (left > 0) left -= take(left).size();
  stored_ = 0;
  padding_ = 0;
}

}  // namespace minipkg::archive
