// SPDX-License-Identifier: MIT
#include "lib/archive/pax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "lib/base/utf8.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::string_view sparse_offset = "GNU.sparse.offset";
constexpr std::string_view sparse_length = "GNU.sparse.numbytes";

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

bool begins_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// "%2F" and the like, as libarchive writes the names of attributes.
std::string url_decoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    unsigned code = 0;
    const bool escaped = text.size() >= 3 && text[0] == '%' &&
                         std::from_chars(text.data() + 1, text.data() + 3, code, 16).ptr == text.data() + 3;
    out += escaped ? static_cast<char>(code) : text.front();
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

/// libarchive leaves the padding out.
std::string base64_decoded(std::string text) {
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  text.append((4 - text.size() % 4) % 4, '=');
  std::string bytes;
  if (!from_base64(text, bytes)) refuse("an extended attribute is not base64");
  return bytes;
}

/// libarchive writes each attribute twice, in two spellings; they must say the same.
void add_xattr(Xattrs& xattrs, const std::string& name, std::string value) {
  const auto [place, added] = xattrs.emplace(name, std::move(value));
  if (!added && place->second != value) refuse(fmt::format("has two values for the attribute '{}'", printable(name)));
}

void add_acl(Xattrs& xattrs, std::string_view name, const std::string& text) {
  std::optional<std::string> bytes = acl_bytes(text);
  if (!bytes) refuse("has an ACL that cannot be understood (names need their numbers)");
  add_xattr(xattrs, std::string(name), *std::move(bytes));
}

}  // namespace

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

void PaxRecords::parse(std::string_view body) {
  constexpr const char* malformed = "has a malformed pax header";
  while (!body.empty()) {
    // "<length> <key>=<value>\n", the length counts the whole record.
    const std::size_t space = body.find(' ');
    const std::optional<std::uint64_t> length = decimal(body.substr(0, space));
    if (!length || *length > body.size() || *length < space + 3 || body[*length - 1] != '\n') refuse(malformed);
    const std::string_view record = body.substr(space + 1, *length - space - 2);
    body.remove_prefix(*length);
    const std::size_t equals = record.find('=');
    if (equals == 0 || equals == std::string_view::npos) refuse(malformed);
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == sparse_offset || key == sparse_length) {
      if ((sparse_pairs_.size() % 2 == 0) != (key == sparse_offset)) refuse("has a sparse map that makes no sense");
      sparse_pairs_.emplace_back(value);
    } else if (!values_.emplace(key, value).second) {
      refuse(fmt::format("has two pax records '{}'", printable(key)));
    }
  }
}

std::optional<std::string> PaxRecords::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end() || found->second.empty()) return {};
  if (found->second.find('\0') != std::string::npos)
    refuse(fmt::format("has a NUL byte in its pax record '{}'", printable(key)));
  return found->second;
}

std::optional<std::uint64_t> PaxRecords::number(std::string_view key) const {
  const std::optional<std::string> value = text(key);
  if (!value) return {};
  const std::optional<std::uint64_t> number = decimal(*value);
  if (!number) refuse(fmt::format("has a pax record '{}' that is no number", printable(key)));
  return number;
}

std::optional<std::int64_t> PaxRecords::seconds(std::string_view key) const {
  const std::optional<std::string> value = text(key);
  if (!value) return {};
  const char* const end = value->data() + value->size();
  std::int64_t whole = 0;
  const auto [rest, error] = std::from_chars(value->data(), end, whole);
  const bool has_fraction = rest != end && *rest == '.';
  const std::string_view fraction(rest + (has_fraction ? 1 : 0), end);
  const bool digits = std::all_of(fraction.begin(), fraction.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (error != std::errc() || (rest != end && !has_fraction) || !digits) {
    refuse(fmt::format("has a pax record '{}' that is no time", printable(key)));
  }
  const bool below = value->front() == '-' && fraction.find_first_not_of('0') != std::string_view::npos;
  return whole - (below ? 1 : 0);
}

bool PaxRecords::any(std::string_view prefix) const {
  const auto found = values_.lower_bound(prefix);
  return found != values_.end() && begins_with(found->first, prefix);
}

Xattrs PaxRecords::xattrs() const {
  constexpr std::string_view schily = "SCHILY.xattr.";
  constexpr std::string_view libarchive = "LIBARCHIVE.xattr.";
  Xattrs xattrs;
  for (const auto& [key, value] : values_) {
    if (begins_with(key, schily)) {
      add_xattr(xattrs, key.substr(schily.size()), value);
    } else if (begins_with(key, libarchive)) {
      add_xattr(xattrs, url_decoded(key.substr(libarchive.size())), base64_decoded(value));
    } else if (key == "RHT.security.selinux") {
      add_xattr(xattrs, "security.selinux", value);
    } else if (key == "SCHILY.acl.access" && !value.empty()) {
      add_acl(xattrs, access_acl_xattr, value);
    } else if (key == "SCHILY.acl.default" && !value.empty()) {
      add_acl(xattrs, default_acl_xattr, value);
    } else if (key == "SCHILY.acl.ace") {
      refuse("has an NFSv4 ACL, which Linux cannot keep");
    }
  }
  return xattrs;
}

std::vector<Extent> PaxRecords::sparse_map() const {
  std::vector<std::string> numbers = sparse_pairs_;
  if (const auto map = values_.find("GNU.sparse.map"); map != values_.end()) {
    if (!numbers.empty()) refuse("has two sparse maps");
    for (std::string_view rest = map->second; !rest.empty();) {
      const std::size_t comma = rest.find(',');
      numbers.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  if (numbers.size() % 2 != 0) refuse("has a sparse map that makes no sense");
  std::vector<Extent> extents;
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    const auto offset = decimal(numbers[i]);
    const auto length = decimal(numbers[i + 1]);
    if (!offset || !length) refuse("has a sparse map that is no list of numbers");
    extents.push_back({*offset, *length});
  }
  return extents;
}

}  // namespace minipkg::archive
