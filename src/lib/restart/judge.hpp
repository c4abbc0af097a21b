// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/restart/remedies.hpp"

namespace minipkg::restart {

/// One remedy, and the processes it is for.
struct Case {
  Remedy remedy;
  std::vector<const StaleProcess*> processes;
};

/// Whether it may be done unasked, or why not; and whether a reload is enough.
void judge(Case&, std::span<const RestartHints>, const Caller&);

/// The number in "user@1000.service" or "user-1000.slice".
std::optional<std::uint32_t> user_number(std::string_view unit);

}  // namespace minipkg::restart
