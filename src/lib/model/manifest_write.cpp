// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "lib/base/fail.hpp"
#include "lib/base/utf8.hpp"
#include "lib/model/manifest_json.hpp"
#include "lib/model/xattr_text.hpp"

namespace minipkg {
namespace manifest_json {
namespace {

void put_exact_text(json& object, const char* name, const std::string& bytes) {
  if (is_utf8(bytes)) {
    object[name] = bytes;
    return;
  }
  object[name] = lossy_utf8(bytes);
  object[std::string(name) + "_b64"] = base64(bytes);
}

/// Root is what a reader takes if nothing is said; a number alone means the number.
void put_owner(json& object, const Owner& owner) {
  if (!owner.user.empty()) object["user"] = owner.user;
  if (owner.user.empty() || owner.uid != 0) object["uid"] = owner.uid;
  if (!owner.group.empty()) object["group"] = owner.group;
  if (owner.group.empty() || owner.gid != 0) object["gid"] = owner.gid;
}

/// Capabilities and ACLs as text where the text says all, everything else as base64.
void put_xattrs(json& object, Xattrs xattrs) {
  const auto take = [&](std::string_view name) {
    const auto node = xattrs.extract(std::string(name));
    return node.empty() ? std::string() : node.mapped();
  };
  if (const std::string caps = take(caps_xattr); !caps.empty()) {
    if (const auto text = caps_text(caps)) {
      object["caps"] = *text;
    } else {
      xattrs.emplace(caps_xattr, caps);
    }
  }
  const AclPair acls{take(access_acl_xattr), take(default_acl_xattr)};
  if (const auto text = acl_pair_text(acls); text && !text->empty()) object["acl"] = *text;
  for (const auto& [name, value] : xattrs) object["xattrs"][name] = base64(value);
}

std::string_view name_of_type(FileType type) {
  const auto found =
      std::find_if(type_names.begin(), type_names.end(), [&](const TypeName& t) { return t.type == type; });
  if (found == type_names.end()) throw Error(ErrorKind::internal, "a manifest holds a file of a type it cannot name");
  return found->name;
}

/// As it was parsed once, but a database may have come from somebody else since.
json extra_members(const std::string& extra) {
  constexpr int deepest = 100;  // what is nested is written by a recursion
  const auto refuse = [] {
    throw Error(ErrorKind::cannot_answer, "cannot read the database: it is damaged, it holds an 'extra' that is none");
  };
  if (extra.empty()) return json::object();
  const auto check = [&](int depth, json::parse_event_t, json&) {
    if (depth > deepest) refuse();
    return true;
  };
  json members = json::parse(extra, check, false);
  if (!members.is_object()) refuse();
  return members;
}

void put_if_any(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

}  // namespace

json file_json(const FileEntry& file) {
  json object = extra_members(file.extra);
  put_exact_text(object, "path", file.path);
  object["type"] = name_of_type(file.type);
  if (file.type == FileType::hardlink || file.type == FileType::symlink) put_exact_text(object, "target", file.target);
  if (file.type == FileType::hardlink) return object;
  if (file.type != FileType::symlink) object["mode"] = fmt::format("{:04o}", file.mode);
  if (file.type == FileType::regular) {
    object["size"] = file.size;
    object["digest"]["sha256"] = to_hex(file.digest);
  }
  if (file.type == FileType::character || file.type == FileType::block)
    object["dev"] = {file.dev_major, file.dev_minor};
  if (file.mtime != 0) object["mtime"] = file.mtime;
  put_owner(object, file.owner);
  put_xattrs(object, file.xattrs);
  return object;
}

json description_json(const Manifest& manifest) {
  json object = extra_members(manifest.extra);
  object["schema"] = schema_name;
  object["name"] = manifest.name;
  object["version"] = manifest.version;
  object["version_scheme"] = manifest.version_scheme;
  object["arch"] = manifest.arch;
  object["installed_size"] = manifest.installed_size;
  put_if_any(object, "summary", manifest.summary);
  put_if_any(object, "description", manifest.description);
  put_if_any(object, "license", manifest.license);
  put_if_any(object, "homepage", manifest.homepage);
  put_if_any(object, "maintainer", manifest.maintainer);
  return object;
}

}  // namespace manifest_json

std::string canonical_json(const Manifest& manifest) {
  using namespace manifest_json;
  // The files are rendered one by one, not as one document in memory: there may be a million of them.
  json head = description_json(manifest);
  head["files"] = nullptr;
  std::string out = "{";
  for (const auto& [name, value] : head.items()) {
    if (out.size() > 1) out += ',';
    out.append(json(name).dump()).append(":");
    if (name != "files") {
      out += value.dump();
      continue;
    }
    out += '[';
    for (const FileEntry& file : manifest.files) {
      if (&file != &manifest.files.front()) out += ',';
      out += file_json(file).dump();
    }
    out += ']';
  }
  out += "}\n";
  return out;
}

std::string to_hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

Digest digest_from_hex(std::string_view hex) {
  const auto value = [&](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    fail(ErrorKind::bad_package, "read", hex, "a SHA-256 has 64 lower-case hexadecimal digits");
  };
  Digest digest{};
  if (hex.size() != 2 * digest.size()) value('?');
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(value(hex[2 * i]) << 4U | value(hex[2 * i + 1]));
  }
  return digest;
}

}  // namespace minipkg
