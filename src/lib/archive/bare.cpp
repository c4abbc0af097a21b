// SPDX-License-Identifier: MIT
#include "lib/archive/bare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lib/archive/entry.hpp"
#include "lib/archive/member_data.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/path.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

/// An entry and the member it came from.
struct Scanned {
  FileEntry entry;
  TarMember member;  ///< number and name only, for messages
};

// A member of some hundred bytes may lie in hundreds of directories that nobody else lies in.
constexpr std::size_t free_directories = 10'000;
constexpr std::size_t directories_for_a_member = 8;

class Scan {
 public:
  Scan(MemberSource& reader, SpecialFiles special, OddNames odd) : reader_(reader), special_(special), odd_(odd) {}

  BareContent run();

 private:
  void add(const TarMember&);
  void drop_pacman_metadata();
  void merge_directories();
  void check_links(const std::vector<FileEntry>&) const;
  void add_implied_directories(std::vector<FileEntry>&) const;
  void check_special(BareContent&) const;

  MemberSource& reader_;
  SpecialFiles special_;
  OddNames odd_;
  std::vector<Scanned> scanned_;
};

BareContent Scan::run() {
  while (const TarMember* member = reader_.next()) add(*member);
  drop_pacman_metadata();
  std::sort(scanned_.begin(), scanned_.end(), [](const Scanned& a, const Scanned& b) {
    return a.entry.path != b.entry.path ? a.entry.path < b.entry.path : a.member.number < b.member.number;
  });
  merge_directories();
  BareContent content;
  check_special(content);
  for (Scanned& one : scanned_) content.files.push_back(std::move(one.entry));
  if (const auto fault = find_tree_fault(content.files)) {
    reader_.refuse(scanned_[fault->entry].member, printable(fault->why));
  }
  check_links(content.files);
  complete_hard_links(content.files);
  add_implied_directories(content.files);
  return content;
}

void Scan::add(const TarMember& member) {
  FileEntry entry = entry_of(reader_, member, odd_);
  if (entry.path == "/") {
    if (entry.type != FileType::directory) reader_.refuse(member, "stands for the root, but is no directory");
    return;
  }
  if (entry.path == manifest_path) {
    reader_.refuse(member, "is a manifest, which must be the first member, or the second after .PKGINFO");
  }
  if (metadata_kind(entry.path) == Metadata::minipkg) {
    if (!is_plain(entry.type)) reader_.refuse(member, fmt::format("is metadata, but a {}", type_name(entry.type)));
    return;
  }
  if (entry.type == FileType::regular) entry.digest = hash_data(reader_);
  scanned_.push_back({std::move(entry), TarMember(member.number, member.name)});
}

/// The names are pacman's only in a package of pacman's; elsewhere they are files like all others.
void Scan::drop_pacman_metadata() {
  const auto is_pkginfo = [](const Scanned& one) {
    return one.entry.path == pkginfo_path && one.entry.type == FileType::regular;
  };
  if (std::none_of(scanned_.begin(), scanned_.end(), is_pkginfo)) return;
  std::erase_if(scanned_, [](const Scanned& one) {
    return is_plain(one.entry.type) && metadata_kind(one.entry.path) == Metadata::pacman;
  });
}

/// Two members of one path are a contradiction, unless both are the same directory.
void Scan::merge_directories() {
  std::vector<Scanned> merged;
  for (Scanned& one : scanned_) {
    if (merged.empty() || merged.back().entry.path != one.entry.path) {
      merged.push_back(std::move(one));
    } else if (one.entry.type != FileType::directory || one.entry != merged.back().entry) {
      reader_.refuse(one.member, fmt::format("is the same path as {}", merged.back().member.label()));
    }
  }
  scanned_ = std::move(merged);
}

/// `files` are those of scanned_, in its order.
void Scan::check_links(const std::vector<FileEntry>& files) const {
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].type != FileType::hardlink) continue;
    const FileEntry* leader = find_file(files, files[i].target);
    if (scanned_[static_cast<std::size_t>(leader - files.data())].member.number < scanned_[i].member.number) continue;
    reader_.refuse(scanned_[i].member,
                   fmt::format("is a hard link to '{}', which comes behind it", printable(files[i].target)));
  }
}

/// A tar of files alone still makes directories: the package has them too, so that they go when it goes. `files` are
/// those of scanned_, in its order.
void Scan::add_implied_directories(std::vector<FileEntry>& files) const {
  const std::size_t most = free_directories + directories_for_a_member * files.size();
  std::map<std::string, FileEntry, std::less<>> implied;
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Above one that is known all are, or will be in its turn.
    for (std::string_view at = parent_path(files[i].path); at != "/"; at = parent_path(at)) {
      if (find_file(files, at) != nullptr || implied.contains(at)) break;
      FileEntry directory;
      directory.path = at;
      directory.type = FileType::directory;
      directory.mode = 0755;
      directory.mtime = files[i].mtime;
      implied.emplace(directory.path, std::move(directory));
      if (implied.size() <= most) continue;
      reader_.refuse(scanned_[i].member, "lies in more directories that are no members than an archive may have");
    }
  }
  for (auto& [path, directory] : implied) files.push_back(std::move(directory));
  std::sort(files.begin(), files.end(), [](const auto& left, const auto& right) { return left.path < right.path; });
}

void Scan::check_special(BareContent& content) const {
  for (const Scanned& one : scanned_) {
    for (const std::string& feature : special_features(one.entry)) {
      if (special_ == SpecialFiles::allow) {
        content.special.push_back(feature + " " + one.entry.path);
        continue;
      }
      fail(ErrorKind::bad_package, "read", reader_.file(),
           fmt::format("{} has what only a manifest may ask for: {}", one.member.label(), printable(feature)),
           "give --allow-special if you trust this archive");
    }
  }
}

}  // namespace

BareContent scan_bare(MemberSource& reader, SpecialFiles special, OddNames odd) {
  return Scan(reader, special, odd).run();
}

}  // namespace minipkg::archive
