// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <vector>

namespace minipkg::store {

/// The files of db/packages and db/state in their order, made a source by CMakeLists.txt. Each sets user_version.
extern const std::vector<std::string_view> packages_migrations;
extern const std::vector<std::string_view> state_migrations;

constexpr int packages_application_id = 0x6d706b31;
constexpr int state_application_id = 0x6d706b32;

}  // namespace minipkg::store
