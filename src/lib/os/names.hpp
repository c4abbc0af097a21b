// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "lib/os/tree.hpp"

namespace minipkg::os {

using NameTable = std::map<std::string, std::uint32_t>;

/// The root's own etc/passwd or etc/group, name to number; empty where it has none. Never the host's, never NSS.
NameTable read_users(const Tree& root);
NameTable read_groups(const Tree& root);

}  // namespace minipkg::os
