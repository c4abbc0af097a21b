// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/model/restart_hints.hpp"
#include "lib/model/retired.hpp"
#include "minipkg/restart.hpp"

/// Whether the machine must start anew. Pure.
namespace minipkg::restart {

struct InstalledKernel {
  std::string release, package, version;
};

struct RebootFacts {
  std::string running;                     ///< uname -r; empty: the kernel is not this root's
  std::vector<InstalledKernel> installed;  ///< whatever their order
  std::vector<RetiredInode> retired;       ///< in this boot
  std::vector<RestartHints> hints;         ///< of installed packages
  /// Packages changed in this boot, with their version before it.
  std::map<std::string, std::string> before_boot;
};

/// The release whose kernel it is a file of ("/boot/vmlinuz-6.1.0-9-amd64", "/usr/lib/modules/6.8.4/vmlinuz",
/// "…/kernel", "…/modules.builtin"); empty: of none.
std::string_view kernel_release(std::string_view path);

/// Fills reboot, running_kernel and installed_kernel.
void judge_reboot(const RebootFacts&, RestartReport&);

}  // namespace minipkg::restart
