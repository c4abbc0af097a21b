// SPDX-License-Identifier: MIT
#include "lib/restart/probe.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "lib/os/file_handle.hpp"
#include "lib/os/in_root.hpp"
#include "lib/os/procfs.hpp"

namespace minipkg::restart {
namespace {

/// A directory to ask its file system through.
struct Door {
  Fd fd;
  std::uint64_t dev = 0;
};

Door open_door(int root_fd, const std::string& place) {
  Door door{os::open_in_root(root_fd, place, O_RDONLY | O_DIRECTORY), 0};
  if (!door.fd) return door;
  const auto identity = os::identity_through(door.fd.get(), "");
  if (identity) door.dev = identity->dev;
  return door;
}

}  // namespace

Probed probe(int root_fd, std::vector<RetiredInode> rows) {
  std::unordered_map<std::string, Door> doors;
  const os::LeaseSignals quiet;
  Probed probed;
  for (RetiredInode& row : rows) {
    auto door = doors.find(row.place);
    if (door == doors.end()) door = doors.emplace(row.place, open_door(root_fd, row.place)).first;
    // Another device: another file system is mounted there now, its ESTALE would say nothing of ours.
    const bool may_ask = door->second.fd && door->second.dev == row.identity.dev;
    const os::Life life = may_ask ? os::probe_handle(door->second.fd.get(), row.handle) : os::Life::unknown;
    auto& kind = life == os::Life::gone ? probed.gone : life == os::Life::named ? probed.unused : probed.alive;
    kind.push_back(std::move(row));
  }
  return probed;
}

}  // namespace minipkg::restart
