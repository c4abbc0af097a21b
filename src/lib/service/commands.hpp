// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "minipkg/restarts.hpp"

/// What is run. Pure.
namespace minipkg::service {

using Command = std::vector<std::string>;

/// Whose systemd.
struct Manager {
  bool is_users = false;
  std::uint32_t uid = 0;  ///< the user's
  bool operator==(const Manager&) const = default;
};
Manager manager_of(const Remedy&);

struct Programs {
  std::string systemctl, journalctl;
  std::uint32_t caller = 0;  ///< effective uid of this process
};

/// One call and the restarts it is for, as indices.
struct Step {
  Command command;
  std::vector<std::size_t> restarts;
};

/// In order, as few calls as there are managers and verbs: systemd itself orders what is asked for at once.
/// `reloading` are managers that have not read some changed unit files yet.
std::vector<Step> steps_for(std::span<const Restart>, std::span<const Manager> reloading, const Programs&);

Command show_command(const Manager&, const std::vector<std::string>& units, const Programs&);
Command log_command(const Manager&, const std::string& unit, const Programs&);

}  // namespace minipkg::service
