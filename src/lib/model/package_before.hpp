// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// What a package was before a transaction, told as the difference to what it is after it. The digests guard both ends.
struct PackageBefore {
  std::string name;
  std::optional<Digest> before;       ///< nothing: it was not installed
  std::optional<Digest> after;        ///< nothing: it was removed
  std::string head;                   ///< canonical JSON of the earlier manifest without its files
  std::uint64_t installed_size = 0;   ///< of before
  std::vector<FileEntry> were;        ///< entries the later manifest lacks, or has in another form
  std::vector<std::string> were_not;  ///< paths that only the later manifest has
};

/// A manifest and its digest as they are on record.
struct RecordedManifest {
  Manifest manifest;
  Digest digest{};
};

PackageBefore difference(const std::string& name, const RecordedManifest* before, const Manifest* after,
                         const Digest* after_digest);

/// The manifest before, from the one after; nothing if the package was not installed. Throws Error(refused) if `after`
/// is not what the transaction left, Error(cannot_answer) if the records do not fit together.
std::optional<RecordedManifest> step_back(const PackageBefore&, const std::optional<RecordedManifest>& after);

}  // namespace minipkg
