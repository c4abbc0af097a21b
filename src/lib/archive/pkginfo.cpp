// SPDX-License-Identifier: MIT
#include "lib/archive/pkginfo.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace minipkg::archive {
namespace {

constexpr std::string_view digest_comment = "# .MINIPKG/manifest.json sha256 ";

/// pacman names its database entries NAME-VERSION-RELEASE, so there must be exactly one dash.
std::string version_for_pacman(std::string version) {
  const std::size_t last = version.rfind('-');
  if (last == std::string::npos) return version + "-1";
  std::replace(version.begin(), version.begin() + static_cast<std::ptrdiff_t>(last), '-', '.');
  return version;
}

std::string arch_for_pacman(const std::string& arch) {
  if (arch == "noarch" || arch == "all") return "any";
  return arch == "amd64" ? "x86_64" : arch;
}

void add_line(std::string& out, std::string_view key, std::string value) {
  if (value.empty()) return;
  std::replace_if(
      value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  out += fmt::format("{} = {}\n", key, value);
}

}  // namespace

std::string pkginfo(const Manifest& manifest, const Digest& manifest_bytes, std::int64_t build_date) {
  std::string out = fmt::format("{}{}\n", digest_comment, to_hex(manifest_bytes));
  add_line(out, "pkgname", manifest.name);
  add_line(out, "pkgbase", manifest.name);
  add_line(out, "pkgver", version_for_pacman(manifest.version));
  add_line(out, "pkgdesc", manifest.summary);
  add_line(out, "url", manifest.homepage);
  add_line(out, "builddate", std::to_string(build_date));
  add_line(out, "packager", manifest.maintainer);
  add_line(out, "size", std::to_string(manifest.installed_size));
  add_line(out, "arch", arch_for_pacman(manifest.arch));
  add_line(out, "license", manifest.license);
  return out;
}

std::optional<std::string> promised_manifest_digest(std::string_view pkginfo) {
  const std::size_t at = pkginfo.find(digest_comment);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = pkginfo.substr(at + digest_comment.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

}  // namespace minipkg::archive
