// SPDX-License-Identifier: MIT
#include "lib/archive/payload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/archive/entry.hpp"
#include "lib/archive/member_data.hpp"
#include "lib/model/file_tree.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

/// A name where both sides give one, the number where one does not; a number that the manifest gives besides its name
/// counts as well. (0 beside a name other than root means that it gives none.)
bool same_account(const std::string& wanted, std::uint32_t wanted_id, const std::string& found,
                  std::uint32_t found_id) {
  const bool names = !wanted.empty() && !found.empty();
  if (names && wanted != found) return false;
  const bool number_given = wanted_id != 0 || wanted.empty() || wanted == "root" || !names;
  return !number_given || wanted_id == found_id;
}

std::string name_and_number(const std::string& name, std::uint32_t id) { return fmt::format("{}:{}", name, id); }

/// What of the member is not as the manifest says; empty if all is.
std::string difference(const FileEntry& wanted, const FileEntry& found) {
  const auto differ = [](std::string_view what, const auto& is, const auto& must_be) {
    return fmt::format("has the {} '{}', the manifest says '{}'", what, is, must_be);
  };
  const Owner& owner = wanted.owner;
  if (wanted.type != found.type) return differ("type", type_name(found.type), type_name(wanted.type));
  if (wanted.target != found.target) return differ("target", found.target, wanted.target);
  if (wanted.type == FileType::hardlink) return {};
  if (wanted.mode != found.mode)
    return differ("mode", fmt::format("{:04o}", found.mode), fmt::format("{:04o}", wanted.mode));
  if (!same_account(owner.user, owner.uid, found.owner.user, found.owner.uid)) {
    return differ("owner", name_and_number(found.owner.user, found.owner.uid), name_and_number(owner.user, owner.uid));
  }
  if (!same_account(owner.group, owner.gid, found.owner.group, found.owner.gid)) {
    return differ("group", name_and_number(found.owner.group, found.owner.gid),
                  name_and_number(owner.group, owner.gid));
  }
  if (wanted.size != found.size) return differ("size", found.size, wanted.size);
  if (wanted.dev_major != found.dev_major) return differ("major number", found.dev_major, wanted.dev_major);
  if (wanted.dev_minor != found.dev_minor) return differ("minor number", found.dev_minor, wanted.dev_minor);
  if (wanted.mtime != 0 && wanted.mtime != found.mtime) return differ("time", found.mtime, wanted.mtime);
  if (wanted.xattrs != found.xattrs) return "has other extended attributes than the manifest says";
  return {};
}

class PayloadReader {
 public:
  PayloadReader(MemberSource& reader, Package::Form form, OddNames odd, const Manifest& manifest, PayloadSink& sink)
      : reader_(reader), form_(form), odd_(odd), files_(manifest.files), sink_(sink), seen_(files_.size()) {
    // A bare tar need not hold the directories that its files lie in: opening has added them.
    for (std::size_t at = 0; at < files_.size(); ++at) {
      seen_[at] = form_ == Package::Form::bare && files_[at].type == FileType::directory;
    }
  }

  void run() {
    while (const TarMember* member = reader_.next()) read(*member);
    const auto missing = std::find(seen_.begin(), seen_.end(), false);
    if (missing == seen_.end()) return;
    const FileEntry& file = files_[static_cast<std::size_t>(missing - seen_.begin())];
    reader_.refuse(fmt::format("the manifest names '{}', which is not in the archive", printable(file.path)));
  }

 private:
  void read(const TarMember&);
  bool is_metadata(const TarMember&, const FileEntry&);
  std::size_t find(const TarMember&, const std::string& path);
  void check_leader(const TarMember&, const FileEntry&) const;
  void read_data(const TarMember&, std::size_t index);

  MemberSource& reader_;
  Package::Form form_;
  OddNames odd_;
  const std::vector<FileEntry>& files_;
  PayloadSink& sink_;
  std::vector<bool> seen_;
  std::size_t expected_ = 0;  ///< the entry behind the last one: archives are mostly in the manifest's order
  bool manifest_seen_ = false, pkginfo_seen_ = false;
};

void PayloadReader::read(const TarMember& member) {
  FileEntry found = entry_of(reader_, member, odd_);
  if (is_metadata(member, found)) return;
  const std::size_t index = find(member, found.path);
  const FileEntry& wanted = files_[index];
  if (const std::string why = difference(wanted, found); !why.empty()) {
    reader_.refuse(member, printable(why));
  }
  if (seen_[index] && (form_ == Package::Form::native || wanted.type != FileType::directory)) {
    reader_.refuse(member, "is there twice");
  }
  seen_[index] = true;
  expected_ = index + 1;
  if (wanted.type == FileType::hardlink) check_leader(member, wanted);
  if (wanted.type == FileType::regular) read_data(member, index);
}

bool PayloadReader::is_metadata(const TarMember& member, const FileEntry& found) {
  if (found.path == "/" && found.type == FileType::directory) return true;
  if (found.path == manifest_path) {
    if (manifest_seen_ || form_ == Package::Form::bare) reader_.refuse(member, "is a second manifest");
    manifest_seen_ = true;
    return true;
  }
  const bool plain = is_plain(found.type);
  const Metadata kind = metadata_kind(found.path);
  if (kind != Metadata::pacman) return kind == Metadata::minipkg && plain;
  if (found.path == pkginfo_path) pkginfo_seen_ = true;
  // Names that are listed mean files. Of a bare archive the scan has decided.
  const bool listed = find_file(files_, found.path) != nullptr;
  return !listed && plain && (pkginfo_seen_ || form_ == Package::Form::bare);
}

std::size_t PayloadReader::find(const TarMember& member, const std::string& path) {
  if (expected_ < files_.size() && files_[expected_].path == path) return expected_;
  const FileEntry* entry = find_file(files_, path);
  if (entry == nullptr) reader_.refuse(member, "is not in the manifest");
  return static_cast<std::size_t>(entry - files_.data());
}

void PayloadReader::check_leader(const TarMember& member, const FileEntry& link) const {
  const FileEntry* leader = find_file(files_, link.target);
  if (!seen_[static_cast<std::size_t>(leader - files_.data())]) {
    reader_.refuse(member, fmt::format("is a hard link to '{}', which comes behind it", printable(link.target)));
  }
}

void PayloadReader::read_data(const TarMember& member, std::size_t index) {
  const bool wanted = sink_.begin(index);
  const Digest digest = wanted ? hash_and_write(reader_, sink_) : hash_data(reader_);
  if (digest != files_[index].digest) reader_.refuse(member, "has other content than the manifest says (SHA-256)");
  if (wanted) sink_.end();
}

}  // namespace

void read_payload(MemberSource& reader, Package::Form form, OddNames odd, const Manifest& manifest, PayloadSink& sink) {
  PayloadReader(reader, form, odd, manifest, sink).run();
}

}  // namespace minipkg::archive
