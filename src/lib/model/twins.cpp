// SPDX-License-Identifier: MIT
#include "lib/model/twins.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "lib/base/utf8.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/path.hpp"

namespace minipkg {
namespace {

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Bytes that are no text stay as they are.
std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* result = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto how = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options);
  const utf8proc_ssize_t size = utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &result, how);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> freed(result, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

/// What twins have in common.
std::string folded(std::string_view path) {
  if (is_ascii(path)) {
    std::string lower(path);
    std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
    return lower;
  }
  return mapped(path, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
}

/// FNV-1a of folded(path), without making it where all is ASCII: there may be a million paths.
std::uint64_t folded_hash(std::string_view path) {
  const std::string other = is_ascii(path) ? std::string() : folded(path);
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : other.empty() ? path : std::string_view(other)) {
    hash = (hash ^ static_cast<unsigned char>(to_lower(c))) * 0x100000001B3U;
  }
  return hash;
}

bool have_twin_parents(const std::vector<FileEntry>& files, const std::string& left, const std::string& right) {
  const std::string_view parent = parent_path(left);
  const std::string_view other = parent_path(right);
  return parent != other && find_file(files, parent) != nullptr && find_file(files, other) != nullptr;
}

Twins::By difference(const std::string& left, const std::string& right) {
  return mapped(left, UTF8PROC_COMPOSE) == mapped(right, UTF8PROC_COMPOSE) ? Twins::By::normal_form
                                                                           : Twins::By::letter_case;
}

}  // namespace

std::vector<Twins> find_twins(const std::vector<FileEntry>& files) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes;
  hashes.reserve(files.size());
  for (const FileEntry& file : files) hashes.emplace_back(folded_hash(file.path), hashes.size());
  std::sort(hashes.begin(), hashes.end());
  std::vector<Twins> twins;
  for (std::size_t at = 1; at < hashes.size(); ++at) {
    if (hashes[at].first != hashes[at - 1].first) continue;
    const std::string& other = files[hashes[at - 1].second].path;
    const std::string& path = files[hashes[at].second].path;
    if (folded(path) != folded(other) || have_twin_parents(files, path, other)) continue;
    twins.push_back({path, other, difference(path, other)});
  }
  std::sort(twins.begin(), twins.end(), [](const Twins& left, const Twins& right) { return left.path < right.path; });
  return twins;
}

}  // namespace minipkg
