// SPDX-License-Identifier: MIT
#include "lib/base/owner.hpp"

#include <unistd.h>

namespace minipkg {

bool is_ours_alone(const struct stat& stat) {
  struct stat top {};
  if (::stat("/", &top) != 0) return false;
  const bool ours = stat.st_uid == 0 || stat.st_uid == ::geteuid() || stat.st_uid == top.st_uid;
  return ours && (stat.st_mode & 022U) == 0;
}

}  // namespace minipkg
