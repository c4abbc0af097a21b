// SPDX-License-Identifier: MIT
#include "lib/model/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/base/utf8.hpp"
#include "lib/model/xattr_text.hpp"

namespace minipkg {
namespace {

constexpr std::array<std::string_view, 8> version_schemes{"rpm",  "deb",     "alpm",   "apk",
                                                          "xbps", "freebsd", "semver", "raw"};
constexpr std::size_t longest_name = 255;
constexpr std::size_t longest_value = 65536;  // XATTR_SIZE_MAX

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool begins_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

std::string why_bad_name(std::string_view name) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || std::string_view("@._+:~-").find(c) != std::string_view::npos;
  };
  if (name.empty()) return "is missing";
  if (name.size() > longest_name) return "is longer than 255 bytes";
  if (!is_alphanumeric(name.front())) return "does not begin with a letter or digit";
  if (!std::all_of(name.begin(), name.end(), allowed)) return "has a character other than letters, digits and @._+:~-";
  return {};
}

std::string why_bad_word(std::string_view word) {
  const auto refused = [](char c) { return is_control(c) || c == ' ' || c == '/'; };
  if (word.empty()) return "is missing";
  if (word.size() > longest_name) return "is longer than 255 bytes";
  if (!is_utf8(word)) return "is not valid UTF-8";
  if (std::any_of(word.begin(), word.end(), refused)) return "has a space, a slash or a control character";
  return {};
}

bool has_known_name_space(std::string_view name) {
  if (name == access_acl_xattr || name == default_acl_xattr) return true;
  constexpr std::array<std::string_view, 3> prefixes{"user.", "security.", "trusted."};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view p) { return begins_with(name, p) && name.size() > p.size(); });
}

}  // namespace

bool is_version_scheme(std::string_view scheme) {
  return std::find(version_schemes.begin(), version_schemes.end(), scheme) != version_schemes.end();
}

std::string why_bad_identity(const Manifest& manifest) {
  if (std::string why = why_bad_name(manifest.name); !why.empty()) return "the name " + why;
  if (std::string why = why_bad_word(manifest.version); !why.empty()) return "the version " + why;
  if (std::string why = why_bad_word(manifest.arch); !why.empty()) return "the architecture " + why;
  return {};
}

bool is_account_name(std::string_view name) {
  const auto refused = [](char c) { return is_control(c) || c == ':' || c == '/'; };
  return name.size() <= longest_name && is_utf8(name) && std::none_of(name.begin(), name.end(), refused);
}

bool is_possible_time(std::int64_t seconds) {
  constexpr std::int64_t first = -(std::int64_t{1} << 31U);
  constexpr std::int64_t last = (std::int64_t{0b11} << 32U) + (std::int64_t{1} << 31U) - 1;  // two bits more than 32
  return seconds >= first && seconds <= last;
}

std::string why_bad_xattr(std::string_view name, std::string_view value) {
  if (name.size() > longest_name) return "has a name longer than 255 bytes";
  if (!is_utf8(name) || std::any_of(name.begin(), name.end(), is_control)) return "has a name that is not plain text";
  if (!has_known_name_space(name)) return "is in no name space that can be installed";
  if (value.size() > longest_value) return "is larger than 64 KiB";
  if (name == caps_xattr && !are_caps(value)) return "holds no capabilities";
  if ((name == access_acl_xattr || name == default_acl_xattr) && !acl_text(value)) return "holds no valid ACL";
  return {};
}

std::string why_bad_attributes(const FileEntry& file) {
  for (const auto& [name, value] : file.xattrs) {
    const bool plain = file.type == FileType::regular || file.type == FileType::directory;
    if (begins_with(name, "user.") && !plain) return fmt::format("cannot carry the attribute '{}'", name);
    if (name == caps_xattr && file.type != FileType::regular) return "has capabilities but is no regular file";
    if (name == default_acl_xattr && file.type != FileType::directory) return "has a default ACL but is no directory";
    if (name != access_acl_xattr) continue;
    if (file.type == FileType::symlink) return "is a symlink with an ACL";
    if (acl_mode(value) != (file.mode & 0777U)) return "has an ACL that contradicts its mode";
    if (is_minimal_acl(value)) return "has an ACL that says no more than its mode";
  }
  return {};
}

}  // namespace minipkg
