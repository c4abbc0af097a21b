// SPDX-License-Identifier: MIT
#include "lib/os/resolver.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"
#include "lib/os/file_stat.hpp"

namespace minipkg::os {
namespace {

constexpr int most_links = 40;  // as path_resolution(7)

bool is_trusted(std::uint32_t owner) { return owner == 0 || owner == ::geteuid(); }

}  // namespace

Resolver::Resolved Resolver::resolve(const std::string& directory) {
  if (const auto found = known_.find(directory); found != known_.end()) return found->second;
  if (directory == "/") return known_.emplace("/", Resolved{"/", {}}).first->second;
  Resolved result = resolve(std::string(parent_path(directory)));
  if (result.unsafe.empty()) result = follow(child_path(result.canonical, base_name(directory)), 0);
  return known_.emplace(directory, std::move(result)).first->second;
}

/// The parent of `canonical` has been resolved; its last component may be a symlink.
Resolver::Resolved Resolver::follow(const std::string& canonical, int depth) {
  if (depth > most_links) return {canonical, "too many symbolic links"};
  if (planned_) {
    if (const auto text = planned_(canonical)) {
      return text->empty() ? Resolved{canonical, {}} : through(canonical, *text, std::nullopt, depth);
    }
  }
  const int parent = root_.try_directory(parent_path(canonical));
  if (parent < 0) return {canonical, {}};
  const std::string name(base_name(canonical)), full = root_.full_name(canonical);
  const auto seen = look(parent, name.c_str(), full);
  if (!seen || seen->disk.type != FileType::symlink) return {canonical, {}};
  // Owner and text are those of one link, whatever its directory's owner puts at the name meanwhile.
  const Fd link(::openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!link && errno != ENOENT) fail_errno("open", full);
  const auto opened = link ? look(link.get(), "", full) : std::nullopt;
  if (!opened || opened->disk.type != FileType::symlink) return {canonical, {}};
  return through(canonical, read_link(link.get(), "", full), opened->disk.uid, depth);
}

Resolver::Resolved Resolver::through(const std::string& link, const std::string& target,
                                     std::optional<std::uint32_t> owner, int depth) {
  const std::string start = target.starts_with('/') ? target : child_path(std::string(parent_path(link)), target);
  Resolved result = walk(start, depth + 1);
  if (!result.unsafe.empty() || !owner || is_trusted(*owner)) return result;
  const int there = root_.try_directory(result.canonical);
  const auto stat = there < 0 ? std::nullopt : look(there, "", root_.full_name(result.canonical));
  if (!stat || stat->disk.uid != *owner) {
    result.canonical = link;  // a name that no walk follows
    result.unsafe = fmt::format("'{}' is a symbolic link of another user (uid {})", link, *owner);
  }
  return result;
}

Resolver::Resolved Resolver::walk(const std::string& path, int depth) {
  Resolved at{"/", {}};
  std::string_view rest = path;
  while (!rest.empty() && at.unsafe.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view component = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      at.canonical = std::string(parent_path(at.canonical));
    } else {
      at = follow(child_path(at.canonical, component), depth);
    }
  }
  return at;
}

}  // namespace minipkg::os
