// SPDX-License-Identifier: MIT
#include "lib/archive/raw_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <stdexcept>

#include "lib/archive/format.hpp"
#include "lib/archive/sparse_map.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

using namespace std::string_view_literals;
using Records = std::map<std::string_view, std::string_view>;

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

template <typename T>
bool is_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// A pax time, "-1.5".
std::int64_t whole_seconds(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  std::int64_t whole = 0;
  if (!is_number(text.substr(0, point), whole) || fraction.find_first_not_of("0123456789") != std::string_view::npos) {
    refuse("has a pax record 'mtime' that is no time");
  }
  const bool below = text.front() == '-' && fraction.find_first_not_of('0') != std::string_view::npos;
  return whole - (below ? 1 : 0);
}

/// "<length> <key>=<value>\n", the length counts the whole record.
PaxRecords parse_records(std::string_view body) {
  constexpr const char* malformed = "has a malformed pax header";
  PaxRecords records;
  while (!body.empty()) {
    const std::size_t space = body.find(' ');
    std::size_t length = 0;
    if (!is_number(body.substr(0, space), length) || length > body.size() || length < space + 3) refuse(malformed);
    const std::string_view record = body.substr(space + 1, length - space - 2);
    const std::size_t equals = record.find('=');
    if (body[length - 1] != '\n' || equals == 0 || equals == std::string_view::npos) refuse(malformed);
    // GNU tar would not see them as part of the key.
    if (record.front() == ' ' || record.front() == '\t') refuse(malformed);
    body.remove_prefix(length);
    records.emplace_back(record.substr(0, equals), record.substr(equals + 1));
  }
  return records;
}

Records by_key(const PaxRecords& all) {
  Records records;
  for (const auto& [key, value] : all) {
    const bool repeats = key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes";
    const bool added = records.emplace(key, value).second;
    if (!added && !repeats) refuse(fmt::format("has two pax records '{}'", printable(key)));
  }
  return records;
}

/// What libarchive would drop, or make something of, without a word.
void check_attribute(std::string_view key, std::string_view value) {
  constexpr std::string_view star = "SCHILY.xattr.";
  constexpr std::string_view own = "LIBARCHIVE.xattr.";
  if (key == star || key == own) refuse("has an attribute without a name");
  if (key.starts_with(own) && key.find("%00") != std::string_view::npos)
    refuse("has an attribute with a NUL byte in its name");
  const auto is_base_64 = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/';
  };
  const std::string_view digits = value.substr(0, value.find_last_not_of('=') + 1);
  if (key.starts_with(own) && (digits.size() % 4 == 1 || !std::all_of(digits.begin(), digits.end(), is_base_64)))
    refuse(fmt::format("has a pax record '{}' that is no base 64", printable(key)));
}

void check_record(std::string_view key, std::string_view value) {
  static const std::set<std::string_view> numbers{"uid", "gid", "size", "SCHILY.devmajor", "SCHILY.devminor"};
  static const std::set<std::string_view> unsupported{"SUN.holesdata",    "SCHILY.realsize",     "GNU.dumpdir",
                                                      "SCHILY.acl.ace",   "GNU.volume.filename", "GNU.volume.size",
                                                      "GNU.volume.offset"};
  check_attribute(key, value);
  const bool binary = key.starts_with("SCHILY.xattr.") || key.starts_with("RHT.security.");
  std::uint64_t number = 0;
  if (!binary && value.find('\0') != std::string_view::npos)
    refuse(fmt::format("has a NUL byte in its pax record '{}'", printable(key)));
  if (numbers.contains(key) && !is_number(value, number))
    refuse(fmt::format("has a pax record '{}' that is no number", key));
  // By POSIX the header's counts then; to GNU tar and Python the name is empty.
  if (value.empty() && (key == "path" || key == "linkpath" || key == "GNU.sparse.name"))
    refuse(fmt::format("has an empty pax record '{}'", key));
  if (key == "hdrcharset" && value != "BINARY" && value != "ISO-IR 10646 2000 UTF-8")
    refuse("has names in a charset that is not supported");
  if (unsupported.contains(key)) refuse(fmt::format("has a pax record '{}', which is not supported", key));
}

void take_acl(const Records& records, std::string_view key, std::string_view name, RawHeader& header) {
  const auto record = records.find(key);
  if (record == records.end() || record->second.empty()) return;
  std::optional<std::string> bytes = acl_bytes(record->second);
  if (!bytes) refuse("has an ACL that cannot be understood (names need their numbers)");
  header.acls.emplace(name, *std::move(bytes));
}

std::uint64_t number(std::span<const char> field, const char* what) {
  const auto value = tar_number(field);
  if (!value) refuse(fmt::format("has a damaged header: its {} is no number", what));
  return *value;
}

void check_extension(char type, std::string_view body, PaxRecords& records) {
  if (type == 'x') {
    records = parse_records(body);
    for (const auto& [key, value] : records) check_record(key, value);
  } else if (type == 'g') {
    for (const auto& [key, value] : parse_records(body)) {
      if (key != "comment")
        refuse(fmt::format("has a global pax header that sets '{}' for all members", printable(key)));
    }
  } else if (body.substr(0, body.find_last_not_of('\0') + 1).find('\0') != std::string_view::npos) {
    refuse("has a NUL byte in its name");
  }
}

/// A pax size is for what the header cannot hold. Where it could, both must say the same: what lies between would be
/// data to one reader, and members to another.
std::uint64_t stored_size(std::span<const char> field, const Records& records) {
  constexpr std::uint64_t most_octal = (std::uint64_t{1} << 33U) - 1;
  const std::uint64_t in_header = number(field, "size");
  const auto record = records.find("size");
  std::uint64_t size = in_header;
  if (record != records.end()) is_number(record->second, size);
  if (size != in_header && size <= most_octal) refuse("has a pax record 'size' that contradicts its header");
  return size;
}

/// Which of them counts is another matter to every reader.
void check_names(const Records& records, std::string_view extensions) {
  const bool long_name = extensions.find('L') != std::string_view::npos;
  const bool long_link = extensions.find('K') != std::string_view::npos;
  if (long_name && (records.contains("path") || records.contains("GNU.sparse.name")))
    refuse("has two names, one by pax and one by GNU");
  if (long_link && records.contains("linkpath")) refuse("has two names to link to, one by pax and one by GNU");
}

enum class Dialect { v7, ustar, gnu };

/// libarchive goes by the first five letters, GNU tar by more, Python joins the prefix field to the name in each.
Dialect dialect_of(std::span<const char> block) {
  constexpr std::size_t magic = 257, first_device = 329, prefix = 345;
  const std::string_view behind(block.data() + magic, tar_block - magic);
  if (behind.starts_with("ustar  \0"sv)) {
    if (block[prefix] != '\0' && block[156] != 'S') refuse("has a header of an incremental dump");
    return Dialect::gnu;
  }
  if (behind.starts_with("ustar\0"sv)) return Dialect::ustar;
  // v7 ends there. GNU tar writes zeros in digits where device numbers would be.
  const std::string_view device = behind.substr(first_device - magic, prefix - first_device);
  const bool all_zero = behind.substr(0, first_device - magic).find_first_not_of('\0') == std::string_view::npos &&
                        device.find_first_not_of("\0000"sv) == std::string_view::npos &&
                        behind.substr(prefix - magic).find_first_not_of('\0') == std::string_view::npos;
  if (!all_zero) refuse("has a header in no dialect of tar");
  return Dialect::v7;
}

/// libarchive believes the record, GNU tar and Python the header.
void check_device(std::span<const char> block, const Records& records) {
  const auto check = [&](const char* key, std::span<const char> field) {
    const auto record = records.find(key);
    if (record != records.end() && decimal(record->second) != tar_number(field))
      refuse(fmt::format("has a pax record '{}' that contradicts its header", key));
  };
  check("SCHILY.devmajor", block.subspan(329, 8));
  check("SCHILY.devminor", block.subspan(337, 8));
}

RawHeader check_own(std::span<const char> block, const Records& records) {
  constexpr std::string_view known(
      "\0"
      "01234567S",
      10);
  constexpr std::uint64_t most_mode = 0177777;  // some writers put the type in as well
  constexpr char negative_base_256 = '\xFF';
  const Dialect dialect = dialect_of(block);
  RawHeader header;
  header.type = block[156];
  if (known.find(header.type) == std::string_view::npos || (header.type == 'S' && dialect != Dialect::gnu))
    refuse(fmt::format("is of the unknown type '{}'", printable(std::string(1, header.type))));
  number(block.subspan(108, 8), "uid");
  number(block.subspan(116, 8), "gid");
  header.size = stored_size(block.subspan(124, 12), records);
  if (block[136] != negative_base_256) number(block.subspan(136, 12), "time");
  const auto mode = tar_octal(block.subspan(100, 8));
  if (!mode || *mode > most_mode) refuse("has a mode that is out of range");
  header.mode = static_cast<std::uint16_t>(*mode & 07777U);
  if (header.type >= '1' && header.type <= '6' && header.size != 0) refuse("carries data, but is no regular file");
  if (header.type == '3' || header.type == '4') check_device(block, records);
  take_acl(records, "SCHILY.acl.access", access_acl_xattr, header);
  take_acl(records, "SCHILY.acl.default", default_acl_xattr, header);
  if (const auto mtime = records.find("mtime"); mtime != records.end()) header.pax_mtime = whole_seconds(mtime->second);
  return header;
}

void check_sparse(std::span<const char> block, const PaxRecords& records, std::span<const char> behind) {
  if (block[156] != 'S') return check_pax_sparse(records, behind);
  for (const auto& [key, value] : records) {
    if (key == "size" || key.starts_with("GNU.sparse."))
      refuse(fmt::format("has a pax record '{}' beside an old sparse map", printable(key)));
  }
  check_old_sparse(block, behind);
}

}  // namespace

RawHeader check_headers(std::span<const char> headers) {
  PaxRecords all;
  std::string seen;
  std::uint64_t at = 0;
  for (;;) {
    if (at + tar_block > headers.size()) throw std::out_of_range("has a damaged header");
    const std::span<const char> block = headers.subspan(at, tar_block);
    const char type = block[156];
    at += tar_block;
    if (std::string_view("xgLK").find(type) == std::string_view::npos) {
      const Records records = by_key(all);
      check_names(records, seen);
      RawHeader header = check_own(block, records);
      header.end = at;
      check_sparse(block, all, headers.subspan(at));
      return header;
    }
    if (seen.find(type) != std::string::npos) refuse("has two pax headers or two long names");
    seen += type;
    const auto size = tar_octal(block.subspan(124, 12));
    if (!size) refuse("has a damaged header: its size is no number");
    if (*size > headers.size() - at) throw std::out_of_range("has a damaged header");
    check_extension(type, {headers.data() + at, *size}, all);
    at += whole_blocks(*size);
  }
}

std::string likely_name(std::span<const char> headers) {
  const auto text = [](std::span<const char> field) {
    const std::string_view bytes(field.data(), field.size());
    return std::string(bytes.substr(0, bytes.find('\0')));
  };
  std::string name;
  while (headers.size() >= tar_block) {
    const char type = headers[156];
    if (std::string_view("xgLK").find(type) == std::string_view::npos) {
      const std::string prefix = headers[257] == 'u' && headers[262] == '\0' ? text(headers.subspan(345, 155)) : "";
      const std::string own = text(headers.first(100));
      return !name.empty() ? name : prefix.empty() ? own : prefix + "/" + own;
    }
    const std::uint64_t size = tar_octal(headers.subspan(124, 12)).value_or(0);
    if (size > headers.size() - tar_block) break;
    if (type == 'L') name = text(headers.subspan(tar_block, size));
    headers = headers.subspan(std::min<std::uint64_t>(headers.size(), tar_block + whole_blocks(size)));
  }
  return name;
}

}  // namespace minipkg::archive
