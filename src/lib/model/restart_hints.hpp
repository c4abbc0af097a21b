// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/restart.hpp"

namespace minipkg {

/// What a package's manifest says of units that run its files: its member `restart`.
enum class UnitAction : std::uint8_t {
  restart,
  reload,
  reexec,
  defer,  ///< not while the system is in use
  never,
};
enum class UnitScope : std::uint8_t { system, user };

struct UnitHint {
  std::string name;  ///< with its suffix; "foo@.service" means every instance
  UnitScope scope = UnitScope::system;
  UnitAction action = UnitAction::restart;
  bool operator==(const UnitHint&) const = default;

  bool is_for(std::string_view unit) const;
};

struct RestartHints {
  std::string package, version;
  Reboot reboot = Reboot::no;
  std::vector<UnitHint> units;
};

/// Of a manifest's canonical JSON. Never throws: what is not as schemas/manifest-1.schema.json says is no hint.
RestartHints parse_restart_hints(std::string_view manifest);

}  // namespace minipkg
