// SPDX-License-Identifier: MIT
#include "lib/model/partial_manifest.hpp"

#include <fmt/format.h>

#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/manifest_json.hpp"
#include "lib/model/path.hpp"
#include "lib/model/rules.hpp"
#include "minipkg/text.hpp"

namespace minipkg {
namespace {

using manifest_json::json;
using manifest_json::Members;

constexpr std::uint64_t most_ids = 0xFFFFFFFE;

std::optional<std::string> take_account(Members& members, const char* name) {
  std::optional<std::string> account = members.text(name);
  if (account && !is_account_name(*account)) members.refuse(fmt::format("'{}' is no good account name", name));
  return account;
}

FileOverride take_override(json object, const std::string& where) {
  Members members(std::move(object), where, "member 'files'");
  FileOverride file;
  std::optional<std::string> path = manifest_json::take_exact_text(members, "path");
  if (!path) members.refuse("member 'path' is missing");
  file.path = *std::move(path);
  members.set_subject(fmt::format("file '{}'", printable(file.path)));
  if (std::string why = why_bad_path(file.path, OddNames::allow); !why.empty()) members.refuse("the path " + why);
  file.user = take_account(members, "user");
  file.group = take_account(members, "group");
  const auto to_id = [](std::uint64_t id) { return static_cast<std::uint32_t>(id); };
  if (const auto uid = members.number("uid", most_ids)) file.uid = to_id(*uid);
  if (const auto gid = members.number("gid", most_ids)) file.gid = to_id(*gid);
  constexpr std::uint16_t none = 0xFFFF;
  if (const std::uint16_t mode = manifest_json::take_mode(members, none); mode != none) file.mode = mode;
  file.xattrs = manifest_json::take_xattrs(members);
  file.extra = members.rest(manifest_json::passive_file_members);
  return file;
}

/// A name and a number are told apart as in parse_manifest(): a number alone means the number.
void override_owner(const std::optional<std::string>& name, std::optional<std::uint32_t> id, std::string& to_name,
                    std::uint32_t& to_id) {
  if (!name && !id) return;
  to_name = name.value_or("");
  to_id = id.value_or(0);
}

}  // namespace

PartialManifest parse_partial_manifest(std::string_view text, const std::string& where) {
  using namespace manifest_json;
  PartialManifest partial;
  FileCollector files([&](json file) { partial.files.push_back(take_override(std::move(file), where)); });
  Members members(parse_document(text, where, std::ref(files)), where);
  if (members.has("schema")) check_schema(members);
  files.rethrow();
  members.take("files", json::value_t::array);
  take_description(members, partial.description);
  partial.description.extra = members.rest(passive_members, Extensions::keep);
  return partial;
}

void apply_overrides(const PartialManifest& partial, std::vector<FileEntry>& files, const std::string& where) {
  for (const FileOverride& change : partial.files) {
    const auto refuse = [&](std::string_view why) {
      fail(ErrorKind::bad_package, "read", where, fmt::format("file '{}' {}", printable(change.path), why));
    };
    const FileEntry* found = find_file(files, change.path);
    if (found == nullptr) refuse("is not in the directory that is packed");
    FileEntry& file = files[static_cast<std::size_t>(found - files.data())];
    if (file.type == FileType::hardlink)
      refuse(fmt::format("is a hard link: name '{}' instead", printable(file.target)));
    override_owner(change.user, change.uid, file.owner.user, file.owner.uid);
    override_owner(change.group, change.gid, file.owner.group, file.owner.gid);
    if (change.mode && file.type != FileType::symlink) file.mode = *change.mode;
    for (const auto& [name, value] : change.xattrs) file.xattrs[name] = value;
    if (!change.extra.empty()) file.extra = change.extra;
    if (std::string why = why_bad_attributes(file); !why.empty()) refuse(printable(why));
  }
}

}  // namespace minipkg
