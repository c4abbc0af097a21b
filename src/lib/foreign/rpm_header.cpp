// SPDX-License-Identifier: MIT
#include "lib/foreign/rpm_header.hpp"

namespace minipkg::foreign {
namespace {

// rpmtag.h
enum Tag : std::uint32_t {
  tag_name = 1000,
  tag_version = 1001,
  tag_release = 1002,
  tag_epoch = 1003,
  tag_dirindexes = 1116,
  tag_basenames = 1117,
  tag_dirnames = 1118,
};
enum Type : std::uint32_t { type_int32 = 4, type_string = 6, type_string_array = 8 };

/// The four bytes at `at`, which must be there.
std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

struct Entry {
  std::uint32_t tag, type, offset, count;
};

/// `count` strings, each with its end mark.
bool take_strings(std::string_view data, std::uint32_t count, std::vector<std::string_view>& strings) {
  if (count > data.size()) return false;
  strings.clear();
  for (std::uint32_t n = 0; n < count; ++n) {
    const std::size_t end = data.find('\0');
    if (end == std::string_view::npos) return false;
    strings.push_back(data.substr(0, end));
    data.remove_prefix(end + 1);
  }
  return true;
}

bool take_numbers(std::string_view data, std::uint32_t count, std::vector<std::uint32_t>& numbers) {
  if (count > data.size() / 4) return false;
  numbers.clear();
  for (std::size_t n = 0; n < count; ++n) numbers.push_back(number_at(data, 4 * n));
  return true;
}

struct Fields {
  std::vector<std::string_view> name, version, release, basenames, dirnames;
  std::vector<std::uint32_t> epoch, dirindexes;

  std::vector<std::string_view>* strings(std::uint32_t tag) {
    switch (tag) {
      case tag_name:
        return &name;
      case tag_version:
        return &version;
      case tag_release:
        return &release;
      case tag_basenames:
        return &basenames;
      case tag_dirnames:
        return &dirnames;
      default:
        return nullptr;
    }
  }
  std::vector<std::uint32_t>* numbers(std::uint32_t tag) {
    return tag == tag_epoch ? &epoch : tag == tag_dirindexes ? &dirindexes : nullptr;
  }

  /// True also of an entry that is not wanted.
  bool take(const Entry& entry, std::string_view data) {
    if (entry.offset > data.size()) return false;
    data.remove_prefix(entry.offset);
    if (auto* const wanted = strings(entry.tag)) {
      const bool is_text = entry.type == type_string_array || (entry.type == type_string && entry.count == 1);
      return is_text && take_strings(data, entry.count, *wanted);
    }
    auto* const wanted = numbers(entry.tag);
    return wanted == nullptr || (entry.type == type_int32 && take_numbers(data, entry.count, *wanted));
  }
};

}  // namespace

std::optional<std::string> RpmHeader::path(std::uint64_t index) const {
  if (index >= basenames.size() || index >= dirindexes.size()) return std::nullopt;
  const std::uint32_t directory = dirindexes[index];
  if (directory >= dirnames.size()) return std::nullopt;
  return std::string(dirnames[directory]) + std::string(basenames[index]);
}

std::optional<RpmHeader> parse_rpm_header(std::string_view blob) {
  constexpr std::size_t counts = 8, entry_size = 16;
  if (blob.size() < counts) return std::nullopt;
  const std::size_t entries = number_at(blob, 0), size = number_at(blob, 4);
  blob.remove_prefix(counts);
  if (entries > blob.size() / entry_size || size > blob.size() - entries * entry_size) return std::nullopt;
  const std::string_view data = blob.substr(entries * entry_size, size);
  Fields fields;
  for (std::size_t n = 0; n < entries; ++n) {
    const std::size_t at = n * entry_size;
    const Entry entry{number_at(blob, at), number_at(blob, at + 4), number_at(blob, at + 8), number_at(blob, at + 12)};
    if (!fields.take(entry, data)) return std::nullopt;
  }
  if (fields.name.size() != 1 || fields.version.size() != 1 || fields.release.size() != 1) return std::nullopt;
  RpmHeader header{std::string(fields.name[0]), {}, fields.basenames, fields.dirnames, fields.dirindexes};
  if (!fields.epoch.empty()) header.version = std::to_string(fields.epoch[0]) + ":";
  header.version += std::string(fields.version[0]) + "-" + std::string(fields.release[0]);
  return header;
}

}  // namespace minipkg::foreign
