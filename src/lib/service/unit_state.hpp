// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What `systemctl show` says of units. Pure.
namespace minipkg::service {

struct UnitState {
  std::string id, load, active, sub, result, type, invocation;
  std::uint64_t restarts = 0;  ///< by systemd itself, since somebody last started it
  bool refuses_by_hand = false, needs_reload = false;

  bool is_up() const { return active == "active" || active == "reloading"; }
  bool is_known() const { return !id.empty(); }
};

/// The properties to ask for, as systemctl's --property takes them.
extern const char* const asked_properties;

/// One for each unit, in the order they were asked in. Never throws: what is not understood is left out.
std::vector<UnitState> parse_unit_states(std::string_view shown);

/// Why it is left alone, by what it is before; empty: it may be restarted.
std::string why_left(const UnitState& before);
/// Why it counts as failed after a restart; empty: it does not.
std::string why_failed(const UnitState& before, const UnitState& after);

}  // namespace minipkg::service
