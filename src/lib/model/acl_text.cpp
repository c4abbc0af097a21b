// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <utility>
#include <vector>

#include "lib/model/xattr_text.hpp"

namespace minipkg {
namespace {

// linux/posix_acl_xattr.h: a 32-bit version, then entries of tag (16), permissions (16) and id (32), little-endian.
constexpr std::uint32_t acl_version = 2;
constexpr std::uint32_t no_id = 0xFFFFFFFF;
enum Tag : std::uint16_t { user_obj = 1, user = 2, group_obj = 4, group = 8, mask = 16, other = 32 };

struct Entry {
  std::uint16_t tag = 0, permissions = 0;
  std::uint32_t id = no_id;
  auto operator<=>(const Entry&) const = default;
};
using Acl = std::vector<Entry>;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = (value << 8U) | static_cast<unsigned char>(*byte);
  return value;
}

void append_little_endian(std::string& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

bool has_qualifier(std::uint16_t tag) { return tag == user || tag == group; }

bool same_subject(const Entry& a, const Entry& b) { return a.tag == b.tag && a.id == b.id; }

bool comes_before(const Entry& a, const Entry& b) { return a.tag != b.tag ? a.tag < b.tag : a.id < b.id; }

/// What the kernel's posix_acl_valid() asks, for entries that are sorted.
bool is_valid(const Acl& acl) {
  const auto count = [&](std::uint16_t tag) {
    return std::count_if(acl.begin(), acl.end(), [&](const Entry& e) { return e.tag == tag; });
  };
  const bool named = count(user) + count(group) > 0;
  return std::all_of(acl.begin(), acl.end(), [](const Entry& e) { return has_qualifier(e.tag) == (e.id != no_id); }) &&
         std::adjacent_find(acl.begin(), acl.end(), same_subject) == acl.end() && count(user_obj) == 1 &&
         count(group_obj) == 1 && count(other) == 1 && (count(mask) == 1 || !named);
}

std::optional<Acl> decode(std::string_view bytes) {
  if (bytes.size() < 4 || (bytes.size() - 4) % 8 != 0 || little_endian(bytes.substr(0, 4)) != acl_version) return {};
  Acl acl;
  for (bytes.remove_prefix(4); !bytes.empty(); bytes.remove_prefix(8)) {
    acl.push_back({static_cast<std::uint16_t>(little_endian(bytes.substr(0, 2))),
                   static_cast<std::uint16_t>(little_endian(bytes.substr(2, 2))), little_endian(bytes.substr(4, 4))});
  }
  const bool known = std::all_of(acl.begin(), acl.end(), [](const Entry& e) {
    return e.permissions <= 7 && std::has_single_bit(e.tag) && e.tag <= other;
  });
  if (!known || !std::is_sorted(acl.begin(), acl.end(), comes_before) || !is_valid(acl)) return {};
  return acl;
}

std::string encode(const Acl& acl) {
  std::string out;
  append_little_endian(out, acl_version, 4);
  for (const Entry& entry : acl) {
    append_little_endian(out, entry.tag, 2);
    append_little_endian(out, entry.permissions, 2);
    append_little_endian(out, entry.id, 4);
  }
  return out;
}

std::string_view take_field(std::string_view& text, std::string_view separators) {
  const std::size_t end = text.find_first_of(separators);
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return field;
}

std::optional<std::uint16_t> parse_permissions(std::string_view text) {
  if (text.size() != 3) return {};
  std::uint16_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    if (text[i] != "rwx"[i] && text[i] != '-') return {};
    bits = static_cast<std::uint16_t>(bits * 2 + (text[i] == '-' ? 0 : 1));
  }
  return bits;
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || id == no_id) return {};
  return id;
}

/// "user:lisa:r-x:1001", "group::r--", "mask::rwx", also with one-letter tags and without the empty qualifier.
std::optional<Entry> parse_entry(std::string_view text) {
  const std::string_view tag = take_field(text, ":");
  std::string_view qualifier = take_field(text, ":");
  if (text.empty()) text = std::exchange(qualifier, {});
  const auto permissions = parse_permissions(take_field(text, ":"));
  if (!permissions) return {};
  Entry entry{0, *permissions, no_id};
  if (tag == "user" || tag == "u") entry.tag = qualifier.empty() ? user_obj : user;
  if (tag == "group" || tag == "g") entry.tag = qualifier.empty() ? group_obj : group;
  if (tag == "mask" || tag == "m") entry.tag = mask;
  if (tag == "other" || tag == "o") entry.tag = other;
  if (entry.tag == 0 || has_qualifier(entry.tag) == qualifier.empty()) return {};
  if (!qualifier.empty()) {
    const auto id = parse_id(text.empty() ? qualifier : text);
    if (!id) return {};
    entry.id = *id;
  } else if (!text.empty()) {
    return {};
  }
  return entry;
}

std::string_view tag_name(std::uint16_t tag) {
  switch (tag) {
    case user_obj:
    case user:
      return "user";
    case group_obj:
    case group:
      return "group";
    case mask:
      return "mask";
    default:
      return "other";
  }
}

}  // namespace

std::optional<std::string> acl_text(std::string_view bytes) {
  const std::optional<Acl> acl = decode(bytes);
  if (!acl) return {};
  std::string text;
  for (const Entry& entry : *acl) {
    const auto letter = [&](unsigned bit, char c) { return (entry.permissions & bit) != 0 ? c : '-'; };
    text += fmt::format("{}{}:{}:{}{}{}", text.empty() ? "" : ",", tag_name(entry.tag),
                        has_qualifier(entry.tag) ? std::to_string(entry.id) : "", letter(4, 'r'), letter(2, 'w'),
                        letter(1, 'x'));
  }
  return text;
}

std::optional<std::string> acl_bytes(std::string_view text) {
  Acl acl;
  while (!text.empty()) {
    std::string_view line = take_field(text, ",\n");
    line = line.substr(0, line.find('#'));
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::optional<Entry> entry = parse_entry(line);
    if (!entry) return {};
    acl.push_back(*entry);
  }
  std::sort(acl.begin(), acl.end(), comes_before);
  return is_valid(acl) ? std::optional(encode(acl)) : std::nullopt;
}

std::optional<std::string> acl_pair_text(const AclPair& pair) {
  std::string text;
  if (!pair.access.empty()) {
    const std::optional<std::string> access = acl_text(pair.access);
    if (!access) return {};
    text = *access;
  }
  if (pair.inherited.empty()) return text;
  const std::optional<std::string> inherited = acl_text(pair.inherited);
  if (!inherited) return {};
  for (std::string_view rest = *inherited; !rest.empty();) {
    text += fmt::format("{}default:{}", text.empty() ? "" : ",", take_field(rest, ","));
  }
  return text;
}

std::optional<AclPair> acl_pair_bytes(std::string_view text) {
  constexpr std::string_view prefix = "default:";
  std::string access;
  std::string inherited;
  while (!text.empty()) {
    std::string_view entry = take_field(text, ",");
    const bool is_inherited = entry.substr(0, prefix.size()) == prefix;
    if (is_inherited) entry.remove_prefix(prefix.size());
    (is_inherited ? inherited : access).append(entry).append(",");
  }
  if (access.empty() && inherited.empty()) return {};
  const std::optional<std::string> none = "";
  const std::optional<std::string> access_bytes = access.empty() ? none : acl_bytes(access);
  const std::optional<std::string> inherited_bytes = inherited.empty() ? none : acl_bytes(inherited);
  if (!access_bytes || !inherited_bytes) return {};
  return AclPair{*access_bytes, *inherited_bytes};
}

std::uint16_t acl_mode(std::string_view bytes) {
  const std::optional<Acl> acl = decode(bytes);
  std::array<std::uint16_t, other + 1> of{};
  if (!acl) return 0;
  for (const Entry& entry : *acl) of.at(entry.tag) = entry.permissions;
  const bool masked = std::any_of(acl->begin(), acl->end(), [](const Entry& e) { return e.tag == mask; });
  return static_cast<std::uint16_t>(of[user_obj] << 6 | of[masked ? mask : group_obj] << 3 | of[other]);
}

bool is_minimal_acl(std::string_view bytes) {
  const std::optional<Acl> acl = decode(bytes);
  return acl && acl->size() == 3;
}

}  // namespace minipkg
