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

std::vector<RetiredInode> not_gone(int root_fd, std::vector<RetiredInode> rows) {
  std::unordered_map<std::string, Door> doors;
  const os::LeaseSignals quiet;
  std::erase_if(rows, [&](const RetiredInode& row) {
    auto door = doors.find(row.place);
    if (door == doors.end()) door = doors.emplace(row.place, open_door(root_fd, row.place)).first;
    // Another device: another file system is mounted there now, its ESTALE would say nothing of ours.
    if (!door->second.fd || door->second.dev != row.identity.dev) return false;
    const os::Life life = os::probe_handle(door->second.fd.get(), row.handle);
    return life == os::Life::gone || life == os::Life::named;
  });
  return rows;
}

}  // namespace minipkg::restart
