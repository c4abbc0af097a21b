// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/restart/process_view.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

/// The number of a user: `text` is one, or a name in a passwd(5) text.
std::optional<std::uint32_t> user_number(std::string_view text, std::string_view passwd);

/// Whether `wanted`, with or without ".service", is the unit of the system's or the user's systemd there.
bool is_in_unit(const Placement&, std::string_view wanted);

/// ScanOptions::users and units, asked before anything costly is asked of a process.
class ProcessFilter {
 public:
  /// Names are looked up in the root's own passwd file, then in the running system's. Throws Error(usage) for one that
  /// neither has.
  ProcessFilter(int root_fd, const ScanOptions&);

  /// False also for a process that has gone. `manager_root` is that of placement.hpp.
  bool passes(const ProcessView&, std::string_view manager_root) const;

 private:
  std::vector<std::uint32_t> uids_;
  std::vector<std::string> units_;
};

}  // namespace minipkg::restart
