// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lib/foreign/owners.hpp"
#include "lib/restart/stale_places.hpp"
#include "minipkg/restart.hpp"

namespace minipkg::restart {

/// Of these paths below the root those that minipkg's own packages own.
using ManagedAmong = std::function<std::set<std::string>(const std::set<std::string>&)>;
using OwnersAmong = std::function<foreign::Owners(const foreign::Paths&)>;

/// Gives the findings by path (Basis::path) their packages, and takes out those that are not to be told: minipkg's own
/// files, what ScanOptions::unmanaged and packages exclude, and what may be a temporary file (see PathFinder). A
/// process that nothing is left of goes. Asks nobody if there is no such finding. Pure but for what it is given to ask.
void judge_paths(std::vector<StaleProcess>&, const StalePlaces&, const ScanOptions&, const OwnersAmong&,
                 const ManagedAmong&);

/// "/usr/lib/libz.so.1.2.13": "/usr/lib/libz.so.1.2", "/usr/lib/libz.so.1". A package's new version may bring its
/// library under another name, but under the same soname.
std::vector<std::string> sonames(const std::string& path);

}  // namespace minipkg::restart
