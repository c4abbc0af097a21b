// SPDX-License-Identifier: MIT
#include "lib/foreign/owners.hpp"

#include <array>
#include <string_view>

#include "lib/foreign/dpkg.hpp"
#include "lib/foreign/rpm.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::foreign {
namespace {

/// A directory that is a link to another one: packages may name either.
struct Alias {
  std::string link, directory;  // "/lib/", "/usr/lib/"
};

std::vector<Alias> aliases(int root_fd) {
  constexpr std::array<const char*, 8> links{"bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32", "usr/sbin"};
  std::vector<Alias> found;
  for (const std::string link : links) {
    std::string target = os::link_text(root_fd, link.c_str());
    if (target.empty()) continue;
    if (target.front() != '/') target = "/" + link.substr(0, link.rfind('/') + 1) + target;
    found.push_back({"/" + link + "/", target + "/"});
  }
  return found;
}

/// The path first.
std::vector<std::string> spellings(const std::string& path, const std::vector<Alias>& aliases) {
  std::vector<std::string> all{path};
  for (const Alias& alias : aliases) {
    // Grows by what it adds: /sbin is a link to /usr/sbin, and that one to /usr/bin.
    for (std::size_t n = 0; n < all.size() && all.size() < 8; ++n) {
      const std::string known = all[n];
      for (const auto& [from, to] : {std::pair(alias.link, alias.directory), std::pair(alias.directory, alias.link)}) {
        if (known.starts_with(from)) all.push_back(to + known.substr(from.size()));
      }
    }
  }
  return all;
}

}  // namespace

bool has_database(int root_fd) { return has_dpkg(root_fd) || has_rpm(root_fd); }

Owners owners_of(int root_fd, const Paths& paths) {
  if (paths.empty()) return {};
  const std::vector<Alias> links = aliases(root_fd);
  Paths spelled;
  for (const std::string& path : paths) {
    for (std::string& spelling : spellings(path, links)) spelled.insert(std::move(spelling));
  }
  Owners known = dpkg_owners(root_fd, spelled);
  known.merge(rpm_owners(root_fd, spelled));
  Owners owners;
  for (const std::string& path : paths) {
    for (const std::string& spelling : spellings(path, links)) {
      const auto owner = known.find(spelling);
      if (owner == known.end()) continue;
      owners.emplace(path, owner->second);
      break;
    }
  }
  return owners;
}

}  // namespace minipkg::foreign
