// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lib/base/fail.hpp"
#include "lib/base/utf8.hpp"
#include "lib/model/manifest_json.hpp"
#include "minipkg/text.hpp"

namespace minipkg::manifest_json {
namespace {

constexpr int deepest_nesting = 64;
constexpr std::size_t most_values = 250'000;  // of one file, or of all that is no file: each takes many times its text

std::string_view type_text(json::value_t type) {
  switch (type) {
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "true or false";
    default:
      return "a number";
  }
}

/// The names of one object, mostly few; a search through many for each of many would take hours.
class Names {
 public:
  void clear() {
    few_.clear();
    many_.clear();
  }
  bool add(const std::string& name) {
    constexpr std::size_t most_few = 32;
    if (std::find(few_.begin(), few_.end(), name) != few_.end()) return false;
    if (few_.size() >= most_few) return many_.insert(name).second;
    few_.push_back(name);
    return true;
  }

 private:
  std::vector<std::string> few_;
  std::set<std::string> many_;
};

/// Refuses what nlohmann::json would let pass: repeated member names, nesting that exhausts the stack, and more values
/// than anybody needs.
class Strictness {
 public:
  explicit Strictness(const std::string& where) : where_(where) {}

  void check(int depth, json::parse_event_t event, const json& value) {
    using Event = json::parse_event_t;
    if (depth > deepest_nesting) refuse("JSON is nested too deeply");
    if (event == Event::object_start) names_at(depth + 1).clear();
    if (event != Event::object_end && event != Event::array_end && ++values_ > most_values)
      refuse(fmt::format("JSON has more than {} values", most_values));
    if (event != Event::key) return;
    const auto& name = value.get_ref<const std::string&>();
    if (!names_at(depth).add(name)) refuse(fmt::format("member '{}' is there twice", printable(name)));
  }
  void begin_to_count() { values_ = 0; }

 private:
  [[noreturn]] void refuse(std::string_view why) const { fail(ErrorKind::bad_package, "read", where_, why); }
  Names& names_at(int depth) {
    const auto index = static_cast<std::size_t>(depth);
    if (names_.size() <= index) names_.resize(index + 1);
    return names_[index];
  }

  const std::string& where_;
  std::vector<Names> names_;
  std::size_t values_ = 0;
};

/// To nlohmann::json a NUL is the end, whatever comes behind, and a byte order mark nothing.
void check_text(std::string_view text, const std::string& where) {
  if (text.find('\0') != std::string_view::npos) fail(ErrorKind::bad_package, "read", where, "JSON has a NUL byte");
  if (text.starts_with("\xEF\xBB\xBF")) fail(ErrorKind::bad_package, "read", where, "JSON has a byte order mark");
}

}  // namespace

Members::Members(json object, const std::string& where, std::string subject)
    : object_(std::move(object)), where_(where), subject_(std::move(subject)) {
  if (!object_.is_object()) refuse("is not a JSON object");
}

void Members::refuse(std::string_view cause) const {
  fail(ErrorKind::bad_package, "read", where_,
       subject_.empty() ? std::string(cause) : fmt::format("{}: {}", subject_, cause));
}

std::optional<json> Members::take(std::string_view name, json::value_t type) {
  const auto member = object_.find(name);
  if (member == object_.end()) return {};
  if (member->type() != type) refuse(fmt::format("member '{}' is not {}", name, type_text(type)));
  json value = std::move(*member);
  object_.erase(member);
  return value;
}

std::optional<std::string> Members::text(std::string_view name) {
  std::optional<json> value = take(name, json::value_t::string);
  if (!value) return {};
  return std::move(value->get_ref<std::string&>());
}

std::string Members::required_text(std::string_view name) {
  std::optional<std::string> value = text(name);
  if (!value) refuse(fmt::format("member '{}' is missing", name));
  return *std::move(value);
}

std::optional<std::uint64_t> Members::number(std::string_view name, std::uint64_t most) {
  const auto member = object_.find(name);
  if (member == object_.end()) return {};
  if (!member->is_number_unsigned() || member->get<std::uint64_t>() > most) {
    refuse(fmt::format("member '{}' is not a whole number from 0 to {}", name, most));
  }
  const auto value = member->get<std::uint64_t>();
  object_.erase(member);
  return value;
}

std::optional<std::int64_t> Members::signed_number(std::string_view name) {
  const auto member = object_.find(name);
  if (member == object_.end()) return {};
  const bool fits = member->is_number_integer() &&
                    !(member->is_number_unsigned() && member->get<std::uint64_t>() > std::uint64_t{INT64_MAX});
  if (!fits) refuse(fmt::format("member '{}' is not a whole number of 64 bits", name));
  const auto value = member->get<std::int64_t>();
  object_.erase(member);
  return value;
}

std::optional<std::string> Members::bytes(std::string_view name) {
  const std::optional<std::string> encoded = text(name);
  if (!encoded) return {};
  std::string decoded;
  if (!from_base64(*encoded, decoded)) refuse(fmt::format("member '{}' is not base64", name));
  return decoded;
}

bool Members::is_true(std::string_view name) const {
  const auto member = object_.find(name);
  return member != object_.end() && member->is_boolean() && member->get<bool>();
}

std::string Members::rest(std::span<const Passive> known, Extensions extensions) const {
  for (const auto& [name, value] : object_.items()) {
    if (extensions == Extensions::keep && name.rfind("x-", 0) == 0) continue;
    const auto has_name = [&wanted = name](const Passive& p) { return p.name == wanted; };
    const auto passive = std::find_if(known.begin(), known.end(), has_name);
    if (passive == known.end()) refuse(fmt::format("member '{}' is not known", printable(name)));
    if (value.type() != passive->type) refuse(fmt::format("member '{}' is not {}", name, type_text(passive->type)));
  }
  return object_.empty() ? std::string() : object_.dump();
}

json parse_document(std::string_view text, const std::string& where, const std::function<void(json)>& file) {
  check_text(text, where);
  Strictness strictness(where);
  bool in_files = false;
  const auto on_event = [&](int depth, json::parse_event_t event, json& value) {
    using Event = json::parse_event_t;
    strictness.check(depth, event, value);
    if (event == Event::key && depth == 1) in_files = value == "files";
    if (!in_files || depth != 2) return true;
    if (event == Event::value || event == Event::array_end) {
      fail(ErrorKind::bad_package, "read", where, "member 'files' holds something that is not an object");
    }
    if (event != Event::object_end) return true;
    file(std::move(value));
    strictness.begin_to_count();
    return false;
  };
  try {
    return json::parse(text, on_event);
  } catch (const json::exception& error) {
    const std::string_view what = error.what();
    const std::size_t bracket = what.find("] ");
    fail(ErrorKind::bad_package, "read", where,
         printable(what.substr(bracket == std::string_view::npos ? 0 : bracket + 2)));
  }
}

}  // namespace minipkg::manifest_json
