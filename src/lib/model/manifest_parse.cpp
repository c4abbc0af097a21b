// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <limits>

#include "lib/base/fail.hpp"
#include "lib/base/utf8.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/manifest_json.hpp"
#include "lib/model/path.hpp"
#include "lib/model/rules.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/text.hpp"

namespace minipkg {
namespace manifest_json {
namespace {

using Type = json::value_t;

constexpr std::array<Passive, 14> of_a_package{{{"groups", Type::array},
                                                {"protected", Type::string},
                                                {"source", Type::object},
                                                {"build", Type::object},
                                                {"relations", Type::object},
                                                {"scripts", Type::object},
                                                {"triggers", Type::array},
                                                {"sysusers", Type::array},
                                                {"tmpfiles", Type::array},
                                                {"alternatives", Type::array},
                                                {"restart", Type::object},
                                                {"messages", Type::array},
                                                {"annotations", Type::object},
                                                {"origin_format", Type::object}}};
constexpr std::array<Passive, 12> of_a_file{{{"selinux", Type::string},
                                             {"fflags", Type::string},
                                             {"verity", Type::object},
                                             {"ima", Type::string},
                                             {"role", Type::string},
                                             {"config", Type::string},
                                             {"ghost", Type::boolean},
                                             {"missing_ok", Type::boolean},
                                             {"mutable", Type::boolean},
                                             {"lang", Type::string},
                                             {"no_verify", Type::array},
                                             {"digest", Type::object}}};

constexpr std::uint64_t most_bytes = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
constexpr std::uint64_t most_ids = 0xFFFFFFFE;

FileType take_type(Members& members) {
  const std::string text = members.required_text("type");
  const auto found =
      std::find_if(type_names.begin(), type_names.end(), [&](const TypeName& t) { return t.name == text; });
  if (found == type_names.end()) members.refuse(fmt::format("type '{}' cannot be installed", printable(text)));
  return found->type;
}

/// A number without a name means the number; neither means root.
void take_owner(Members& members, std::string& name, std::uint32_t& id, const char* name_key, const char* id_key) {
  const std::optional<std::string> given = members.text(name_key);
  const std::optional<std::uint64_t> number = members.number(id_key, most_ids);
  if (given || number) name = given.value_or("");
  if (given && !is_account_name(*given)) members.refuse(fmt::format("'{}' is no good account name", name_key));
  id = static_cast<std::uint32_t>(number.value_or(0));
}

void take_device(Members& members, FileEntry& file) {
  const std::optional<json> pair = members.take("dev", Type::array);
  const auto is_part = [](const json& n) { return n.is_number_unsigned() && n.get<std::uint64_t>() <= 0xFFFFFFFF; };
  if (!pair || pair->size() != 2 || !is_part((*pair)[0]) || !is_part((*pair)[1])) {
    members.refuse("member 'dev' is not a pair of device numbers");
  }
  file.dev_major = (*pair)[0].get<std::uint32_t>();
  file.dev_minor = (*pair)[1].get<std::uint32_t>();
}

/// The SHA-256 is what counts; other digests are carried along.
void take_digest(Members& members, FileEntry& file) {
  std::optional<json> digests = members.take("digest", Type::object);
  if (!digests || !digests->contains("sha256") || !(*digests)["sha256"].is_string()) {
    members.refuse("member 'digest' has no 'sha256'");
  }
  try {
    file.digest = digest_from_hex((*digests)["sha256"].get_ref<const std::string&>());
  } catch (const Error&) {
    members.refuse("member 'sha256' is not 64 lower-case hexadecimal digits");
  }
  digests->erase("sha256");
  if (!digests->empty()) members.put_back("digest", *std::move(digests));
}

void take_target(Members& members, FileEntry& file, OddNames odd) {
  std::optional<std::string> target = take_exact_text(members, "target");
  if (!target) members.refuse("member 'target' is missing");
  file.target = *std::move(target);
  if (file.type == FileType::hardlink) {
    if (std::string why = why_bad_path(file.target, odd); !why.empty()) members.refuse("the link's target " + why);
  } else if (file.target.empty() || file.target.size() > 4095 || file.target.find('\0') != std::string::npos) {
    members.refuse("the symlink's target is empty, too long or has a NUL byte");
  }
}

std::uint16_t default_mode(FileType type) { return type == FileType::directory ? 0755 : 0600; }

/// What depends on the type; a member that has no meaning for it is left and refused as not known.
void take_by_type(Members& members, FileEntry& file, OddNames odd) {
  switch (file.type) {
    case FileType::regular: {
      const std::optional<std::uint64_t> size = members.number("size", most_bytes);
      if (!size) members.refuse("member 'size' is missing");
      file.size = *size;
      file.mode = take_mode(members, 0xFFFF);
      if (file.mode == 0xFFFF) members.refuse("member 'mode' is missing");
      return take_digest(members, file);
    }
    case FileType::symlink:
      take_mode(members, 0777);  // Linux has none; some writers give one
      file.mode = 0777;
      return take_target(members, file, odd);
    case FileType::character:
    case FileType::block:
      take_device(members, file);
      [[fallthrough]];
    default:
      file.mode = take_mode(members, default_mode(file.type));
  }
}

FileEntry take_file(json object, const std::string& where, std::size_t number, OddNames odd) {
  Members members(std::move(object), where, fmt::format("file {}", number));
  FileEntry file;
  std::optional<std::string> path = take_exact_text(members, "path");
  if (!path) members.refuse("member 'path' is missing");
  file.path = *std::move(path);
  members.set_subject(fmt::format("file '{}'", printable(file.path)));
  if (std::string why = why_bad_path(file.path, odd); !why.empty()) members.refuse("the path " + why);
  if (file.path == "/") members.refuse("the root directory belongs to no package");
  file.type = take_type(members);
  if (file.type == FileType::hardlink) {
    take_target(members, file, odd);  // all else is said by the file it is a name of
  } else {
    take_by_type(members, file, odd);
    take_owner(members, file.owner.user, file.owner.uid, "user", "uid");
    take_owner(members, file.owner.group, file.owner.gid, "group", "gid");
    file.mtime = members.signed_number("mtime").value_or(0);
    if (!is_possible_time(file.mtime)) members.refuse("has a time that no file system could hold");
    file.xattrs = take_xattrs(members);
  }
  if (std::string why = why_bad_attributes(file); !why.empty()) members.refuse(why);
  if (members.is_true("ghost"))
    members.refuse("'ghost' is true: files that a package owns but does not bring cannot be installed yet");
  file.extra = members.rest(passive_file_members);
  return file;
}

void check_tree(const std::vector<FileEntry>& files, const std::string& where) {
  if (const std::optional<TreeFault> fault = find_tree_fault(files)) {
    fail(ErrorKind::bad_package, "read", where,
         fmt::format("file '{}' {}", printable(files[fault->entry].path), printable(fault->why)));
  }
}

}  // namespace

const std::span<const Passive> passive_members = of_a_package;
const std::span<const Passive> passive_file_members = of_a_file;

std::optional<std::string> take_exact_text(Members& members, std::string_view name) {
  std::optional<std::string> text = members.text(name);
  std::optional<std::string> exact = members.bytes(fmt::format("{}_b64", name));
  if (!exact) return text;
  if (!text || lossy_utf8(*exact) != *text) members.refuse(fmt::format("'{}' and '{}_b64' differ", name, name));
  if (is_utf8(*exact)) members.refuse(fmt::format("'{}_b64' is there though '{}' says it all", name, name));
  return exact;
}

std::uint16_t take_mode(Members& members, std::uint16_t otherwise) {
  const std::optional<std::string> text = members.text("mode");
  if (!text) return otherwise;
  const bool octal =
      text->size() == 4 && std::all_of(text->begin(), text->end(), [](char c) { return c >= '0' && c <= '7'; });
  if (!octal) members.refuse("member 'mode' is not four octal digits");
  return static_cast<std::uint16_t>(std::stoul(*text, nullptr, 8));
}

Xattrs take_xattrs(Members& members) {
  Xattrs xattrs;
  if (const auto caps = members.text("caps")) {
    std::optional<std::string> bytes = caps_bytes(*caps);
    if (!bytes) members.refuse("member 'caps' cannot be understood");
    xattrs.emplace(caps_xattr, *std::move(bytes));
  }
  if (const auto acl = members.text("acl")) {
    const std::optional<AclPair> pair = acl_pair_bytes(*acl);
    if (!pair) members.refuse("member 'acl' cannot be understood");
    if (!pair->access.empty()) xattrs.emplace(access_acl_xattr, pair->access);
    if (!pair->inherited.empty()) xattrs.emplace(default_acl_xattr, pair->inherited);
  }
  const json encoded = members.take("xattrs", Type::object).value_or(json::object());
  for (const auto& [name, value] : encoded.items()) {
    std::string bytes;
    if (!value.is_string() || !from_base64(value.get_ref<const std::string&>(), bytes)) {
      members.refuse(fmt::format("extended attribute '{}' is not base64", printable(name)));
    }
    if (std::string why = why_bad_xattr(name, bytes); !why.empty()) {
      members.refuse(fmt::format("extended attribute '{}' {}", printable(name), why));
    }
    if (!xattrs.emplace(name, std::move(bytes)).second) {
      members.refuse(fmt::format("extended attribute '{}' is given twice", printable(name)));
    }
  }
  return xattrs;
}

void take_description(Members& members, Manifest& manifest) {
  manifest.name = members.text("name").value_or("");
  manifest.version = members.text("version").value_or("");
  manifest.arch = members.text("arch").value_or("");
  manifest.version_scheme = members.text("version_scheme").value_or("rpm");
  manifest.summary = members.text("summary").value_or("");
  manifest.description = members.text("description").value_or("");
  manifest.license = members.text("license").value_or("");
  manifest.homepage = members.text("homepage").value_or("");
  manifest.maintainer = members.text("maintainer").value_or("");
  if (!is_version_scheme(manifest.version_scheme)) {
    members.refuse(fmt::format("version scheme '{}' is not known", printable(manifest.version_scheme)));
  }
}

void check_schema(Members& members) {
  const std::string schema = members.required_text("schema");
  if (schema == schema_name) return;
  members.refuse(fmt::format("schema '{}' is not known, this version reads '{}'", printable(schema), schema_name));
}

}  // namespace manifest_json

Manifest parse_manifest(std::string_view text, const std::string& where, OddNames odd) {
  using namespace manifest_json;
  Manifest manifest;
  FileCollector files(
      [&](json file) { manifest.files.push_back(take_file(std::move(file), where, manifest.files.size() + 1, odd)); });
  Members members(parse_document(text, where, std::ref(files)), where);
  check_schema(members);
  files.rethrow();
  if (!members.take("files", json::value_t::array)) members.refuse("member 'files' is missing");
  take_description(members, manifest);
  if (std::string why = why_bad_identity(manifest); !why.empty()) members.refuse(why);
  check_tree(manifest.files, where);
  complete_hard_links(manifest.files);
  manifest.installed_size = installed_size(manifest.files);
  const auto declared = members.number("installed_size", most_bytes);
  if (declared && *declared != manifest.installed_size) {
    members.refuse(
        fmt::format("member 'installed_size' is {}, the files have {} bytes", *declared, manifest.installed_size));
  }
  manifest.extra = members.rest(passive_members, Extensions::keep);
  return manifest;
}

}  // namespace minipkg
