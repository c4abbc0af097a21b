// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "lib/model/package_before.hpp"
#include "lib/store/packages.hpp"
#include "lib/store/state.hpp"
#include "lib/transaction/transaction.hpp"
#include "minipkg/system.hpp"

namespace minipkg {

struct Restoration::Impl {
  std::uint64_t first = 0;                                         ///< oldest transaction that is taken back
  std::vector<RecordedManifest> packages;                          ///< parallel to request.install
  std::vector<std::map<std::size_t, transaction::KeptFile>> kept;  ///< by entry, for each package
  Request request;

  std::vector<transaction::Supply> supplies() const;
};

Restoration find_way_back(const os::Tree& root, store::Packages&, store::State*, const WayBack&);

}  // namespace minipkg
