// SPDX-License-Identifier: MIT
#include "architecture.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <filesystem>

namespace minipkg::cli {
namespace {

/// One machine in each line: what uname(2) says first, then the names of rpm, Debian, Alpine and others.
const std::vector<std::vector<std::string>> machine_names{{"x86_64", "amd64"},
                                                          {"aarch64", "arm64"},
                                                          {"i686", "i386", "i486", "i586", "x86"},
                                                          {"armv7l", "armhf", "armv7"},
                                                          {"ppc64le", "ppc64el"},
                                                          {"riscv64"},
                                                          {"s390x"},
                                                          {"loongarch64", "loong64"}};

}  // namespace

std::vector<std::string> accepted_architectures(const std::string& root) {
  std::error_code unknown;
  if (!std::filesystem::equivalent(root, "/", unknown)) return {};
  utsname host{};
  if (uname(&host) != 0) return {};
  const std::string machine = host.machine;
  for (const auto& names : machine_names) {
    if (std::find(names.begin(), names.end(), machine) != names.end()) return names;
  }
  return {machine};
}

}  // namespace minipkg::cli
