// SPDX-License-Identifier: MIT
#include "lib/foreign/dpkg.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "lib/foreign/regular_file.hpp"
#include "lib/os/in_root.hpp"

namespace minipkg::foreign {
namespace {

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

void claim(std::string_view path, const std::string& id, Claims& claims) {
  const auto wanted = claims.find(path);
  if (wanted != claims.end()) wanted->second.insert(id);
}

/// What stands behind "Name: " if the line is that field.
std::string_view value_of(std::string_view line, std::string_view field) {
  if (!line.starts_with(field)) return {};
  line.remove_prefix(field.size());
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

std::string without_architecture(const std::string& id) { return id.substr(0, id.find(':')); }

Fd open_directory(int root_fd, const char* path) { return os::open_in_root(root_fd, path, O_RDONLY | O_DIRECTORY); }

constexpr const char* home = "var/lib/dpkg";
constexpr const char* lists = "var/lib/dpkg/info";
constexpr const char* image = "var/lib/dpkg/status.d";

using Add = void (*)(std::string_view, const std::string&, Claims&);

void read_claims(const Fd& directory, std::string_view suffix, Add add, Claims& claims) {
  if (!directory) return;
  for (const std::string& name : entries(directory.get())) {
    if (!name.ends_with(suffix)) continue;
    if (const auto text = read_regular(directory.get(), name.c_str())) {
      add(*text, name.substr(0, name.size() - suffix.size()), claims);
    }
  }
}

/// The paths, and those where diverted files would otherwise be.
Claims wanted(const Paths& paths, const std::vector<Diversion>& diversions) {
  Claims claims;
  for (const std::string& path : paths) claims[path];
  for (const Diversion& diversion : diversions) {
    if (paths.contains(diversion.moved_to)) claims[diversion.path];
  }
  return claims;
}

std::map<std::string, std::string> read_versions(int root_fd, const PackageIds& ids) {
  std::map<std::string, std::string> versions;
  for (const std::string& id : ids) versions[id];
  const Fd directory = open_directory(root_fd, home);
  const auto status = directory ? read_regular(directory.get(), "status") : std::nullopt;
  if (status) add_versions(*status, versions);
  const Fd pieces = open_directory(root_fd, image);
  for (const std::string& id : ids) {
    const auto piece = pieces ? read_regular(pieces.get(), id.c_str()) : std::nullopt;
    if (piece) add_versions(*piece, versions);
  }
  return versions;
}

}  // namespace

void add_list(std::string_view list, const std::string& id, Claims& claims) {
  while (!list.empty()) claim(next_line(list), id, claims);
}

void add_md5sums(std::string_view md5sums, const std::string& id, Claims& claims) {
  constexpr std::size_t sum = 34;  // 32 digits and two blanks
  while (!md5sums.empty()) {
    const std::string_view line = next_line(md5sums);
    if (line.size() > sum) claim("/" + std::string(line.substr(sum)), id, claims);
  }
}

std::vector<Diversion> parse_diversions(std::string_view text) {
  std::vector<Diversion> diversions;
  while (!text.empty()) {
    const std::string_view path = next_line(text), moved_to = next_line(text), package = next_line(text);
    if (!package.empty()) diversions.push_back({std::string(path), std::string(moved_to), std::string(package)});
  }
  return diversions;
}

std::string claimant(const std::string& path, const Claims& claims, const std::vector<Diversion>& diversions) {
  const auto listed = claims.find(path);
  PackageIds ids = listed == claims.end() ? PackageIds() : listed->second;
  for (const Diversion& diversion : diversions) {
    if (diversion.path == path) {
      std::erase_if(ids, [&](const std::string& id) { return without_architecture(id) != diversion.package; });
    }
    const auto original = claims.find(diversion.path);
    if (diversion.moved_to != path || original == claims.end()) continue;
    for (const std::string& id : original->second) {
      if (without_architecture(id) != diversion.package) ids.insert(id);
    }
  }
  return ids.empty() ? std::string() : *ids.begin();
}

void add_versions(std::string_view status, std::map<std::string, std::string>& versions) {
  std::string_view package, architecture, version;
  const auto take = [&] {
    for (const std::string& id : {std::string(package), std::string(package) + ":" + std::string(architecture)}) {
      const auto wanted = versions.find(id);
      if (wanted != versions.end() && !version.empty()) wanted->second = version;
    }
    package = architecture = version = {};
  };
  while (!status.empty()) {
    const std::string_view line = next_line(status);
    if (line.empty()) take();
    if (const auto value = value_of(line, "Package:"); !value.empty()) package = value;
    if (const auto value = value_of(line, "Architecture:"); !value.empty()) architecture = value;
    if (const auto value = value_of(line, "Version:"); !value.empty()) version = value;
  }
  take();
}

bool has_dpkg(int root_fd) {
  const Fd directory = open_directory(root_fd, home);
  if (!directory) return false;
  return open_regular(directory.get(), "status") || open_directory(root_fd, image);
}

Owners dpkg_owners(int root_fd, const Paths& paths) {
  Owners owners;
  const Fd directory = open_directory(root_fd, home);
  if (!directory) return owners;
  const auto diversions = parse_diversions(read_regular(directory.get(), "diversions").value_or(""));
  Claims claims = wanted(paths, diversions);
  read_claims(open_directory(root_fd, lists), ".list", add_list, claims);
  read_claims(open_directory(root_fd, image), ".md5sums", add_md5sums, claims);
  PackageIds ids;
  for (const std::string& path : paths) {
    std::string id = claimant(path, claims, diversions);
    if (id.empty()) continue;
    owners[path].package = id;
    ids.insert(std::move(id));
  }
  const auto versions = read_versions(root_fd, ids);
  for (auto& [path, owner] : owners) {
    owner.version = versions.at(owner.package);
    owner.package = without_architecture(owner.package);
  }
  return owners;
}

}  // namespace minipkg::foreign
