// SPDX-License-Identifier: MIT
#include "caller.hpp"

#include <sys/auxv.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace minipkg::cli {

bool has_more_rights_than_caller() {
  // getauxval(3): security modules set AT_SECURE too, for root as well when he enters a domain.
  const bool raised = getauxval(AT_SECURE) != 0 && geteuid() != 0;
  return raised || getuid() != geteuid() || getgid() != getegid();
}

void forget_environment() {
  constexpr std::array<const char*, 4> known{"NO_COLOR", "COLUMNS", "SOURCE_DATE_EPOCH", "TZ"};
  std::vector<std::pair<const char*, std::string>> kept;
  for (const char* name : known) {
    if (const char* const value = std::getenv(name)) kept.emplace_back(name, value);
  }
  clearenv();
  for (const auto& [name, value] : kept) setenv(name, value.c_str(), 1);
}

}  // namespace minipkg::cli
