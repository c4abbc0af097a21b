// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "lib/restart/process_view.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

/// User names by the root's own passwd file, then by the running system's. Read as files: getpwuid(3) may ask a
/// directory server and wait for it.
class UserNames {
 public:
  explicit UserNames(int root_fd) : root_fd_(root_fd) {}
  /// The number where there is no name.
  const std::string& name(std::uint32_t uid);

 private:
  int root_fd_;
  std::map<std::uint32_t, std::string> names_;
  bool is_read_ = false;
};

/// The users of a passwd(5) text, in its order.
void for_each_user(std::string_view passwd, const std::function<void(std::string_view, std::uint32_t)>& visit);

/// Adds the users of a passwd(5) text; the first line of a number wins.
void add_users(std::string_view passwd, std::map<std::uint32_t, std::string>& names);

/// Who it is. Nothing if it has exited meanwhile. `manager_root` is that of placement.hpp.
std::optional<StaleProcess> describe(const ProcessView&, UserNames& users, std::string_view manager_root);

}  // namespace minipkg::restart
