// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "minipkg/restart.hpp"

/// What all forms of a needs-restart answer have in common.
namespace minipkg::cli {

/// How far a finding can be trusted, and whether it calls for anything. Each is told apart from the others.
enum class Finding {
  certain,    ///< minipkg wrote the inode down (where the caller may not look closer: marked as unconfirmed)
  likely,     ///< a script or module, read when the process began
  unmanaged,  ///< not replaced by minipkg: the path alone tells
  data,       ///< old data, no old code: no reason to restart
};

Finding finding_of(const StaleFile&);
Finding finding_of(const StaleProcess&);  ///< of its files the first in the order above
Finding finding_of(const Remedy&);

/// Whether anything calls for a restart.
bool needs_restart(const RestartReport&);

/// How much of each kind there is.
struct Tally {
  std::size_t processes = 0;  ///< that need a restart
  std::size_t services = 0, containers = 0;
  std::size_t sessions = 0;  ///< to log out of, and users whose own systemd runs something old
};
Tally tally_of(const RestartReport&);

/// The strongest wish; Reboot::no if there is none.
Reboot wish_of(const RestartReport&);

/// A name that systemd can give a unit, and that no command line takes for an option or for two words. Such a name is
/// printed as it is: a backslash is part of it ("dev-disk-by\x2duuid.swap"). Any other is none of systemd's.
bool is_unit_name(std::string_view);
std::string unit_text(std::string_view unit);  ///< as it is, or printable()

/// "ssh.service", "emacs.service (user)", "docker web"; empty if nothing manages the process.
std::string manager_text(const Placement&);
std::string container_text(const Container&);  ///< "docker web"

}  // namespace minipkg::cli
