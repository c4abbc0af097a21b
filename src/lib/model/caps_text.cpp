// SPDX-License-Identifier: MIT
#include <linux/capability.h>
#include <sys/capability.h>

#include <array>
#include <memory>

#include "lib/model/xattr_text.hpp"

namespace minipkg {
namespace {

struct CapsFree {
  void operator()(void* object) const { cap_free(object); }
};
template <typename T>
using CapsPtr = std::unique_ptr<T, CapsFree>;

/// The sets of vfs_cap_data, each as one 64-bit mask.
struct FileCaps {
  std::uint64_t permitted = 0, inheritable = 0;
  bool effective = false;
};

constexpr std::size_t size_of_v2 = 20;
constexpr std::size_t size_of_v3 = 24;

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xFFU);
}

FileCaps decode(std::string_view bytes) {
  const auto set = [&](std::size_t at) {
    return little_endian(bytes, at) | (std::uint64_t{little_endian(bytes, at + 8)} << 32U);
  };
  return {set(4), set(8), (little_endian(bytes, 0) & VFS_CAP_FLAGS_EFFECTIVE) != 0};
}

std::string encode(const FileCaps& caps) {
  std::string out;
  append_little_endian(out, VFS_CAP_REVISION_2 | (caps.effective ? VFS_CAP_FLAGS_EFFECTIVE : 0U));
  for (const unsigned shift : {0U, 32U}) {
    append_little_endian(out, static_cast<std::uint32_t>(caps.permitted >> shift));
    append_little_endian(out, static_cast<std::uint32_t>(caps.inheritable >> shift));
  }
  return out;
}

/// "cap_a,cap_b=ep", or nothing for an empty set. Written here and not by cap_to_text(3), whose style differs from
/// version to version: the text is part of what a package's digest is taken of.
std::string clause(std::uint64_t set, std::string_view flags) {
  std::string out;
  for (int cap = 0; cap < 64; ++cap) {
    if (((set >> static_cast<unsigned>(cap)) & 1U) == 0) continue;
    const CapsPtr<char> name(cap_to_name(cap));
    if (!out.empty()) out += ',';
    out += name == nullptr ? std::to_string(cap) : std::string(name.get());
  }
  if (!out.empty()) out.append("=").append(flags);
  return out;
}

std::optional<FileCaps> parse(const std::string& text) {
  const CapsPtr<std::remove_pointer_t<cap_t>> caps(cap_from_text(text.c_str()));
  if (caps == nullptr) return {};
  FileCaps result;
  std::uint64_t effective = 0;
  const std::array<std::pair<cap_flag_t, std::uint64_t*>, 3> sets{
      {{CAP_PERMITTED, &result.permitted}, {CAP_INHERITABLE, &result.inheritable}, {CAP_EFFECTIVE, &effective}}};
  for (const auto& [flag, mask] : sets) {
    for (int cap = 0; cap < 64; ++cap) {
      cap_flag_value_t value = CAP_CLEAR;
      if (cap_get_flag(caps.get(), cap, flag, &value) == 0 && value == CAP_SET) {
        *mask |= std::uint64_t{1} << static_cast<unsigned>(cap);
      }
    }
  }
  result.effective = effective != 0;
  if (result.effective && effective != (result.permitted | result.inheritable)) return {};
  return result;
}

}  // namespace

bool are_caps(std::string_view bytes) {
  if (bytes.size() != size_of_v2 && bytes.size() != size_of_v3) return false;
  const std::uint32_t revision = little_endian(bytes, 0) & VFS_CAP_REVISION_MASK;
  const std::uint32_t flags = little_endian(bytes, 0) & ~VFS_CAP_REVISION_MASK;
  return revision == (bytes.size() == size_of_v2 ? VFS_CAP_REVISION_2 : VFS_CAP_REVISION_3) &&
         (flags & ~std::uint32_t{VFS_CAP_FLAGS_EFFECTIVE}) == 0;
}

std::optional<std::string> caps_text(std::string_view bytes) {
  if (!are_caps(bytes) || bytes.size() != size_of_v2) return {};
  const FileCaps caps = decode(bytes);
  const std::uint64_t both = caps.permitted & caps.inheritable;
  const std::string e = caps.effective ? "e" : "";
  std::string text;
  for (const std::string& part :
       {clause(both, e + "ip"), clause(caps.permitted & ~both, e + "p"), clause(caps.inheritable & ~both, e + "i")}) {
    if (!text.empty() && !part.empty()) text += ' ';
    text += part;
  }
  if (text.empty()) text = "=";
  // A bit this libcap has no room for, or an effective flag over empty sets, is lost in the text.
  return caps_bytes(text) == bytes ? std::optional(text) : std::nullopt;
}

std::optional<std::string> caps_bytes(std::string_view text) {
  if (text.empty() || text.find('\0') != std::string_view::npos) return {};
  const std::optional<FileCaps> caps = parse(std::string(text));
  return caps ? std::optional(encode(*caps)) : std::nullopt;
}

}  // namespace minipkg
