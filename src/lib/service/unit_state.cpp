// SPDX-License-Identifier: MIT
#include "lib/service/unit_state.hpp"

#include <fmt/format.h>

#include <charconv>

namespace minipkg::service {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

void set(UnitState& state, std::string_view name, std::string_view value) {
  if (name == "Id") state.id = value;
  if (name == "LoadState") state.load = value;
  if (name == "ActiveState") state.active = value;
  if (name == "SubState") state.sub = value;
  if (name == "Result") state.result = value;
  if (name == "Type") state.type = value;
  if (name == "InvocationID") state.invocation = value;
  if (name == "NRestarts") std::from_chars(value.data(), value.data() + value.size(), state.restarts);
  if (name == "RefuseManualStop" || name == "RefuseManualStart") state.refuses_by_hand |= value == "yes";
  if (name == "NeedDaemonReload") state.needs_reload = value == "yes";
}

}  // namespace

const char* const asked_properties =
    "Id,LoadState,ActiveState,SubState,Result,Type,InvocationID,NRestarts,RefuseManualStart,RefuseManualStop,"
    "NeedDaemonReload";

std::vector<UnitState> parse_unit_states(std::string_view shown) {
  std::vector<UnitState> states;
  bool in_unit = false;
  while (!shown.empty()) {
    const std::string_view line = take_line(shown);
    const std::size_t equals = line.find('=');
    if (line.empty()) in_unit = false;
    if (equals == std::string_view::npos) continue;
    if (!in_unit) states.emplace_back();
    in_unit = true;
    set(states.back(), line.substr(0, equals), line.substr(equals + 1));
  }
  return states;
}

std::string why_left(const UnitState& before) {
  if (before.type == "oneshot") return "it does its work once and ends by itself";
  if (before.refuses_by_hand) return "systemd refuses to stop or start it by hand";
  if (before.load == "not-found") return "its unit file is gone: stop it";
  if (before.load == "masked") return "it is masked: nothing may start it";
  if (before.active == "inactive" || before.active == "failed") {
    return fmt::format("it is {}: what is left of it must be ended by hand", before.active);
  }
  return {};
}

std::string why_failed(const UnitState& before, const UnitState& after) {
  if (!after.is_up()) return fmt::format("it did not come up again: {} ({})", after.active, after.result);
  if (after.restarts > 0)
    return fmt::format("it ends again and again: systemd has started it {} more times", after.restarts);
  if (after.invocation == before.invocation) return "systemd did not restart it";
  return {};
}

}  // namespace minipkg::service
