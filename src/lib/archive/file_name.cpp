// SPDX-License-Identifier: MIT
#include "lib/archive/file_name.hpp"

#include <algorithm>
#include <array>

#include "lib/model/path.hpp"

namespace minipkg::archive {
namespace {

constexpr std::array<std::string_view, 11> endings{".gz",  ".xz",   ".zst",  ".bz2", ".lz4", ".tgz",
                                                   ".txz", ".tzst", ".tbz2", ".tar", ".pkg"};
constexpr std::array<std::string_view, 29> architectures{
    "x86_64", "amd64",    "i386",    "i486",        "i586",    "i686",    "aarch64", "arm64",   "armhf", "armel",
    "armv6h", "armv7h",   "armv7hl", "ppc64",       "ppc64le", "ppc64el", "s390x",   "riscv64", "mips",  "mipsel",
    "mips64", "mips64el", "loong64", "loongarch64", "sparc64", "noarch",  "any",     "all",     "alpha"};

bool ends_with(std::string_view text, std::string_view ending) {
  return text.size() > ending.size() && text.substr(text.size() - ending.size()) == ending;
}

std::string_view without_endings(std::string_view name) {
  for (;;) {
    const auto found =
        std::find_if(endings.begin(), endings.end(), [&](auto ending) { return ends_with(name, ending); });
    if (found == endings.end()) return name;
    name.remove_suffix(found->size());
  }
}

/// Takes ".x86_64", "-x86_64" or "_x86_64" off the end; a known name only, for "2.12" ends in no architecture.
std::string_view take_architecture(std::string_view& name) {
  for (const std::string_view arch : architectures) {
    if (!ends_with(name, arch) || name.size() < arch.size() + 2) continue;
    const char before = name[name.size() - arch.size() - 1];
    if (before != '.' && before != '-' && before != '_') continue;
    name.remove_suffix(arch.size() + 1);
    return arch;
  }
  return {};
}

bool begins_a_version(std::string_view text) {
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// Where "-version-release" or "-version" begins; npos if nothing looks like a version.
std::size_t version_dash(std::string_view name) {
  const std::size_t last = name.rfind('-');
  if (last == std::string_view::npos || last == 0) return std::string_view::npos;
  const std::size_t before = name.rfind('-', last - 1);
  if (before != std::string_view::npos && before != 0 && begins_a_version(name.substr(before + 1))) return before;
  return begins_a_version(name.substr(last + 1)) ? last : std::string_view::npos;
}

}  // namespace

NameParts parse_file_name(std::string_view file) {
  std::string_view name = without_endings(base_name(file));
  NameParts parts;
  const std::string_view whole = name;
  parts.arch = take_architecture(name);
  const std::size_t dash = version_dash(name);
  const std::size_t underscore = name.find('_');
  // Debian's way; but in "x-1.0_2" the underscore is part of the version.
  const bool arch_by_underscore = name.size() < whole.size() && whole[name.size()] == '_';
  const bool of_debian = underscore != std::string_view::npos && underscore != 0 &&
                         begins_a_version(name.substr(underscore + 1)) && (arch_by_underscore || underscore < dash);
  const std::size_t split = of_debian ? underscore : dash;
  parts.name = name.substr(0, split);
  if (split != std::string_view::npos) parts.version = name.substr(split + 1);
  return parts;
}

}  // namespace minipkg::archive
