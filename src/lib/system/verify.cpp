// SPDX-License-Identifier: MIT
#include <fcntl.h>

#include <algorithm>
#include <map>
#include <optional>

#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/file_stat.hpp"
#include "lib/os/file_system.hpp"
#include "lib/os/names.hpp"
#include "lib/os/resolver.hpp"
#include "lib/plan/attributes.hpp"
#include "lib/system/system_impl.hpp"

namespace minipkg {
namespace {

/// Positions in rpm's nine letters, rpm(8) VERIFY OPTIONS.
enum Letter : std::size_t { size, mode, digest, device, link, user, group, time, capabilities };
constexpr std::string_view letters = "SM5DLUGTP";
constexpr std::string_view all_passed = ".........";

class Verifier {
 public:
  Verifier(const os::Tree& root, store::Packages& packages)
      : root_(root),
        packages_(packages),
        resolver_(root),
        users_(os::read_users(root)),
        groups_(os::read_groups(root)) {}

  std::optional<VerifyFinding> check(const std::string& package, const FileEntry&);

 private:
  struct Found {
    int dirfd = -1;
    std::string name, full;
    std::optional<os::FileStat> stat;
  };
  Found find(const std::string& path);
  void check_attributes(const FileEntry&, const Found&, std::string& flags);
  void check_content(const FileEntry&, const Found&, std::string& flags);
  void check_digest(const FileEntry&, const Found&, std::string& flags);
  bool another_owner_agrees(const FileEntry&, const OnDisk&);
  std::uint32_t number(const os::NameTable&, const std::string& name, std::uint32_t otherwise) const;
  FileSystem file_system_of(const FileEntry&, const Found&);
  static void fail_letter(std::string& flags, Letter letter) { flags[letter] = letters[letter]; }

  const os::Tree& root_;
  store::Packages& packages_;
  os::Resolver resolver_;
  os::NameTable users_, groups_;
  std::map<std::uint64_t, FileSystem> file_systems_;  ///< by mount
};

Verifier::Found Verifier::find(const std::string& path) {
  const auto directory = resolver_.resolve(std::string(parent_path(path)));
  Found found;
  found.name = base_name(path);
  found.full = root_.full_name(path);
  found.dirfd = directory.unsafe.empty() ? root_.try_directory(directory.canonical) : -1;
  if (found.dirfd >= 0) found.stat = os::look(found.dirfd, found.name.c_str(), found.full);
  return found;
}

std::uint32_t Verifier::number(const os::NameTable& table, const std::string& name, std::uint32_t otherwise) const {
  const auto found = table.find(name);
  return found == table.end() ? otherwise : found->second;
}

/// Of a shared directory the first owner's mode holds: what any owner asks for is right.
bool Verifier::another_owner_agrees(const FileEntry& entry, const OnDisk& disk) {
  const std::vector<OwnerFact> owners = packages_.owners(entry.path);
  return std::any_of(owners.begin(), owners.end(), [&](const OwnerFact& owner) {
    return owner.entry.mode == disk.mode && number(users_, owner.entry.owner.user, owner.entry.owner.uid) == disk.uid &&
           number(groups_, owner.entry.owner.group, owner.entry.owner.gid) == disk.gid;
  });
}

FileSystem Verifier::file_system_of(const FileEntry& entry, const Found& found) {
  const auto [known, is_new] = file_systems_.emplace(found.stat->mount, FileSystem::unknown);
  if (!is_new) return known->second;
  const int mounted =
      os::is_mount_point(*found.stat) ? root_.try_directory(resolver_.resolve(entry.path).canonical) : -1;
  known->second = os::file_system_of(mounted >= 0 ? mounted : found.dirfd);
  return known->second;
}

void Verifier::check_attributes(const FileEntry& entry, const Found& found, std::string& flags) {
  const OnDisk& disk = found.stat->disk;
  if (entry.type == FileType::directory && another_owner_agrees(entry, disk)) return;
  const FileSystem fs = file_system_of(entry, found);
  const bool timed = entry.type != FileType::directory && entry.type != FileType::symlink;
  if (timed && (plan::time_on(fs, entry.mtime) != disk.mtime_sec || disk.mtime_nsec != 0)) fail_letter(flags, time);
  if (fs == FileSystem::fat) return;  // it has none of the others
  if (entry.type != FileType::symlink && entry.mode != disk.mode) fail_letter(flags, mode);
  if (number(users_, entry.owner.user, entry.owner.uid) != disk.uid) fail_letter(flags, user);
  if (number(groups_, entry.owner.group, entry.owner.gid) != disk.gid) fail_letter(flags, group);
  const Xattrs present = entry.xattrs.empty() ? Xattrs() : os::read_xattrs(found.dirfd, found.name.c_str(), found.full);
  for (const auto& [name, value] : entry.xattrs) {
    const auto there = present.find(name);
    if (there == present.end() || there->second != value) fail_letter(flags, capabilities);
  }
}

void Verifier::check_content(const FileEntry& entry, const Found& found, std::string& flags) {
  const OnDisk& disk = found.stat->disk;
  switch (entry.type) {
    case FileType::regular:
      return check_digest(entry, found, flags);
    case FileType::symlink:
      if (os::read_link(found.dirfd, found.name.c_str(), found.full) != entry.target) fail_letter(flags, link);
      return;
    case FileType::character:
    case FileType::block:
      if (entry.dev_major != disk.dev_major || entry.dev_minor != disk.dev_minor) fail_letter(flags, device);
      return;
    default:
      return;
  }
}

void Verifier::check_digest(const FileEntry& entry, const Found& found, std::string& flags) {
  if (entry.size != found.stat->disk.size) fail_letter(flags, size);
  const Fd file = open_regular(found.dirfd, found.name.c_str());
  if (!file) {
    flags[digest] = '?';
  } else if (sha256_of_fd(file.get(), found.full) != entry.digest) {
    fail_letter(flags, digest);
  }
}

std::optional<VerifyFinding> Verifier::check(const std::string& package, const FileEntry& entry) {
  VerifyFinding finding;
  finding.package = package;
  finding.path = entry.path;
  finding.flags = all_passed;
  // The manifest's members are canonical JSON: there is one way to write this.
  if (entry.extra.find("\"role\":\"config\"") != std::string::npos) finding.attribute = 'c';
  const Found found = find(entry.path);
  if (!found.stat) {
    finding.missing = true;
    return finding;
  }
  const bool linked = entry.type == FileType::hardlink;
  if (linked) {
    const Found leader = find(entry.target);
    if (!leader.stat || leader.stat->disk.identity != found.stat->disk.identity) fail_letter(finding.flags, link);
  } else if (found.stat->disk.type != entry.type) {
    // A directory of the package may be a symlink to one: files go through it.
    const auto through = resolver_.resolve(entry.path);
    if (entry.type == FileType::directory && root_.try_directory(through.canonical) >= 0) return std::nullopt;
    fail_letter(finding.flags, mode);
  } else {
    check_attributes(entry, found, finding.flags);
    check_content(entry, found, finding.flags);
  }
  if (finding.flags == all_passed) return std::nullopt;
  return finding;
}

}  // namespace

VerifyReport verify_packages(const os::Tree& root, store::Packages& packages, const std::vector<std::string>& names) {
  VerifyReport report;
  std::vector<std::string> wanted = names;
  if (names.empty()) {
    for (const InstalledPackage& package : packages.all()) wanted.push_back(package.name);
  }
  Verifier verifier(root, packages);
  for (const std::string& name : wanted) {
    if (!packages.find(name)) {
      report.unknown.push_back(name);
      continue;
    }
    for (const FileEntry& entry : packages.files(name)) {
      ++report.checked;
      if (auto finding = verifier.check(name, entry)) report.findings.push_back(std::move(*finding));
    }
  }
  return report;
}

}  // namespace minipkg
