// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string_view>

namespace minipkg::restart {

/// Why a unit of the system is never restarted automatically; empty: it may be. The list is needrestart's, as its
/// users know it.
std::string_view why_reserved(std::string_view unit);
/// The same for a unit of a user's own systemd.
std::string_view why_reserved_of_user(std::string_view unit);

/// Services that others talk to while they start come first: lower is earlier.
std::size_t rank_of_unit(std::string_view unit);

}  // namespace minipkg::restart
