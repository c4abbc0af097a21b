// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/utf8.hpp"

namespace minipkg::json {
namespace {

void append_escape(std::string& out, char32_t c) {
  const auto number = static_cast<std::uint32_t>(c);
  if (number < 0x10000) {
    out += fmt::format("\\u{:04x}", number);
  } else {
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (number >> 10U), 0xDC00 + (number & 0x3FFU));
  }
}

/// JSON that can be shown on a terminal: outside of its strings everything is ASCII.
std::string without_unprintable(std::string text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) { return c < 0x20 || c >= 0x7F; });
  if (plain) return text;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Char next = first_utf8_char(rest);
    const std::size_t length = std::max<std::size_t>(next.length, 1);
    if (is_unprintable(next.code)) {
      append_escape(out, next.code);
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return out;
}

}  // namespace

void put_text(Json& object, const std::string& key, std::string_view bytes) {
  object[key] = lossy_utf8(bytes);
  if (!is_utf8(bytes)) object[key + "_b64"] = base64(bytes);
}

void put_if_any(Json& object, const std::string& key, std::string_view bytes) {
  if (!bytes.empty()) put_text(object, key, bytes);
}

Json text_array(const std::vector<std::string>& texts) {
  Json array = Json::array();
  for (const std::string& text : texts) array.push_back(lossy_utf8(text));
  return array;
}

Json digest(const Digest& digest) { return {{"sha256", to_hex(digest)}}; }

std::string mode(std::uint16_t mode) { return fmt::format("{:04o}", mode); }

Json xattrs(const Xattrs& xattrs) {
  Json object = Json::object();
  for (const auto& [name, value] : xattrs) object[lossy_utf8(name)] = base64(value);
  return object;
}

std::string dump(const Json& json) {
  return without_unprintable(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string answer(const std::string& what, Json members) {
  members["schema"] = "minipkg-" + what + "/1";
  return dump(members) + "\n";
}

Json changes(const std::vector<PackageChange>& changes) {
  Json array = Json::array();
  for (const PackageChange& change : changes) {
    Json object{{"action", name_of(change.action)}, {"size_change", change.size_change}};
    put_text(object, "name", change.name);
    put_text(object, "arch", change.arch);
    put_if_any(object, "from_version", change.from_version);
    put_if_any(object, "to_version", change.to_version);
    if (change.incoming) object["incoming"] = *change.incoming;
    array.push_back(std::move(object));
  }
  return array;
}

Json notices(const std::vector<Notice>& notices) {
  Json array = Json::array();
  for (const Notice& notice : notices) {
    Json object{{"kind", name_of(notice.kind)}};
    put_if_any(object, "package", notice.package);
    put_if_any(object, "path", notice.path);
    put_if_any(object, "detail", notice.detail);
    array.push_back(std::move(object));
  }
  return array;
}

Json totals(const Totals& totals) {
  return {{"created", totals.created}, {"replaced", totals.replaced},     {"removed", totals.removed},
          {"kept", totals.kept},       {"attributes", totals.attributes}, {"bytes", totals.bytes}};
}

}  // namespace minipkg::json
