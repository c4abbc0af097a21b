// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// Where data stands in a sparse file.
struct Extent {
  std::uint64_t offset = 0, length = 0;
};

/// The records of a pax extended header, pax(1) and tar(5). Later ones of the same key are a second truth and refused.
class PaxRecords {
 public:
  /// Adds the records of one header's body. Throws std::invalid_argument saying what is wrong with it.
  void parse(std::string_view body);

  bool empty() const { return values_.empty(); }
  bool has(std::string_view key) const { return values_.find(key) != values_.end(); }
  /// Nothing if the key is not there or its value is empty, which takes a default back.
  std::optional<std::string> text(std::string_view key) const;
  /// The same, a decimal number. Throws std::invalid_argument if it is none.
  std::optional<std::uint64_t> number(std::string_view key) const;
  /// Whole seconds of a time, rounded down.
  std::optional<std::int64_t> seconds(std::string_view key) const;
  /// Attributes, capabilities and ACLs, in whichever of the known spellings. Throws std::invalid_argument.
  Xattrs xattrs() const;
  /// GNU's sparse formats 0.0 and 0.1; empty if the header has neither.
  std::vector<Extent> sparse_map() const;
  /// True if some key begins so.
  bool any(std::string_view prefix) const;
  /// Fills in what is not there.
  void add_defaults(const PaxRecords& defaults) { values_.insert(defaults.values_.begin(), defaults.values_.end()); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> sparse_pairs_;  ///< format 0.0 repeats its keys
};

/// Decimal digits only, all of them.
std::optional<std::uint64_t> decimal(std::string_view text);

}  // namespace minipkg::archive
