// SPDX-License-Identifier: MIT
#include "lib/archive/manifest_member.hpp"

#include <fmt/format.h>

#include "lib/archive/entry.hpp"
#include "lib/archive/limits.hpp"
#include "lib/archive/member_data.hpp"
#include "lib/archive/pkginfo.hpp"
#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/path.hpp"

namespace minipkg::archive {
namespace {

constexpr std::uint64_t most_pkginfo_bytes = std::uint64_t{1024} * 1024;

/// What pacman's .PKGINFO says of the manifest beside it, if this member is one.
std::optional<std::string> read_promise(MemberSource& reader, const TarMember* member) {
  if (member == nullptr || path_of_member(member->name) != pkginfo_path) return {};
  if (member->type != FileType::regular || member->size > most_pkginfo_bytes) return {};
  return promised_manifest_digest(read_text(reader, most_pkginfo_bytes));
}

}  // namespace

std::optional<Manifest> read_manifest(MemberSource& reader, OddNames odd, std::uint64_t most_bytes) {
  const TarMember* member = reader.next();
  const bool behind = member != nullptr && path_of_member(member->name) == pkginfo_path;
  std::optional<std::string> promised = read_promise(reader, member);
  if (behind) member = reader.next();
  if (member == nullptr || path_of_member(member->name) != manifest_path) return {};
  if (member->type != FileType::regular) reader.refuse(*member, "is the manifest, but is no regular file");
  const TarMember at = *member;
  if (at.size > most_bytes) {
    fail(ErrorKind::bad_package, "read", reader.file(),
         fmt::format("{} has {} bytes, which is out of proportion to the archive", at.label(), at.size),
         limit_hint("ratio"));
  }
  const std::string text = read_text(reader, most_bytes);
  if (!behind) promised = read_promise(reader, reader.next());
  if (promised && to_hex(sha256(text)) != *promised) {
    reader.refuse(at, "is damaged (its SHA-256 is not that of .PKGINFO)");
  }
  return parse_manifest(text, reader.file() + ": " + at.name, odd);
}

}  // namespace minipkg::archive
