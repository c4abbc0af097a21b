// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "minipkg/restart.hpp"

namespace minipkg::restart {

/// What a path finder learns of a stale file beyond what the report tells; needed to judge all of them together.
struct StalePlace {
  std::string below_root;  ///< its path below the scanned root; empty if it is none of its files
  /// Only root could have put it there or taken it away, in a part of the tree that does not vary (hier(7)): it is no
  /// temporary file that its program removed.
  bool is_static = false;
};

/// Filled by the finders of all threads. The lock is never held while a file is looked at.
class StalePlaces {
 public:
  void note(const StaleFile& file, StalePlace place) {
    const std::lock_guard guard(mutex_);
    places_.try_emplace(key(file), std::move(place));
  }
  StalePlace of(const StaleFile& file) const {
    const std::lock_guard guard(mutex_);
    const auto place = places_.find(key(file));
    return place == places_.end() ? StalePlace() : place->second;
  }

 private:
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::string>;
  static Key key(const StaleFile& file) { return {file.dev, file.ino, file.path}; }

  mutable std::mutex mutex_;
  std::map<Key, StalePlace> places_;
};

}  // namespace minipkg::restart
