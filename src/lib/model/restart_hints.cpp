// SPDX-License-Identifier: MIT
#include "lib/model/restart_hints.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace minipkg {
namespace {

using nlohmann::json;

template <class Value, std::size_t N>
std::optional<Value> named(const std::array<std::pair<std::string_view, Value>, N>& words, const std::string& name) {
  for (const auto& [word, value] : words) {
    if (word == name) return value;
  }
  return std::nullopt;
}

std::string text(const json& object, const char* member, const char* otherwise = "") {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

Reboot reboot_of(const json& restart) {
  constexpr std::array<std::pair<std::string_view, Reboot>, 3> words{
      {{"soft-reboot", Reboot::soft_reboot}, {"kexec", Reboot::reboot}, {"reboot", Reboot::reboot}}};
  return named(words, text(restart, "reboot")).value_or(Reboot::no);
}

std::optional<UnitHint> unit_hint(const json& object) {
  constexpr std::array<std::pair<std::string_view, UnitAction>, 6> actions{{{"restart", UnitAction::restart},
                                                                            {"try-restart", UnitAction::restart},
                                                                            {"reload", UnitAction::reload},
                                                                            {"reexec", UnitAction::reexec},
                                                                            {"defer", UnitAction::defer},
                                                                            {"never", UnitAction::never}}};
  constexpr std::array<std::pair<std::string_view, UnitScope>, 2> scopes{
      {{"system", UnitScope::system}, {"user", UnitScope::user}}};
  if (!object.is_object()) return std::nullopt;
  const auto action = named(actions, text(object, "action", "restart"));
  const auto scope = named(scopes, text(object, "scope", "system"));
  UnitHint hint{text(object, "name"), {}, {}};
  if (hint.name.empty() || !action || !scope) return std::nullopt;
  if (hint.name.find('.') == std::string::npos) hint.name += ".service";
  hint.action = *action;
  hint.scope = *scope;
  return hint;
}

}  // namespace

bool UnitHint::is_for(std::string_view unit) const {
  if (unit == name) return true;
  const std::size_t at = name.find("@.");
  if (at == std::string::npos) return false;
  const std::string_view before = std::string_view(name).substr(0, at + 1),
                         after = std::string_view(name).substr(at + 1);
  return unit.size() > before.size() + after.size() && unit.starts_with(before) && unit.ends_with(after);
}

RestartHints parse_restart_hints(std::string_view manifest) {
  RestartHints hints;
  const json document = json::parse(manifest, nullptr, false);
  if (!document.is_object()) return hints;
  hints.package = text(document, "name");
  hints.version = text(document, "version");
  const auto restart = document.find("restart");
  if (restart == document.end() || !restart->is_object()) return hints;
  hints.reboot = reboot_of(*restart);
  const auto units = restart->find("units");
  if (units == restart->end() || !units->is_array()) return hints;
  for (const json& unit : *units) {
    if (auto hint = unit_hint(unit)) hints.units.push_back(*std::move(hint));
  }
  return hints;
}

}  // namespace minipkg
