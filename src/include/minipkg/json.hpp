// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/error.hpp"
#include "minipkg/export.hpp"
#include "minipkg/package.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/restart.hpp"
#include "minipkg/restarts.hpp"
#include "minipkg/signature.hpp"
#include "minipkg/system.hpp"

/// Every answer as one JSON object {"schema": "minipkg-<what>/1", …}, described by schemas/<what>-1.schema.json,
/// ending in a newline. A path that is no valid UTF-8 is given lossily and exactly as "<member>_b64".
namespace minipkg {

MINIPKG_API std::string to_json(const Plan&);
MINIPKG_API std::string to_json(const Problems&);
MINIPKG_API std::string to_json(const Report&);
MINIPKG_API std::string to_json(const RestartReport&);
MINIPKG_API std::string to_json(const Restarts&);
MINIPKG_API std::string to_json(const std::vector<InstalledPackage>&);
MINIPKG_API std::string to_json(const std::vector<OwnedPath>&);
MINIPKG_API std::string to_json(const VerifyReport&);
MINIPKG_API std::string to_json(const std::vector<HistoryEntry>&);
MINIPKG_API std::string to_json(const HistoryEntry&);
MINIPKG_API std::string info_json(const Manifest&);   ///< everything but the files
MINIPKG_API std::string files_json(const Manifest&);  ///< name, version and the files
/// canonical_json(), but what a terminal should not see is escaped.
MINIPKG_API std::string manifest_json(const Manifest&);
/// The whole manifest, and what the file says beside it.
MINIPKG_API std::string inspect_json(const Package&);
MINIPKG_API std::string to_json(const std::vector<TrustedKey>&, Day);  ///< as trusted as they are on that day
MINIPKG_API std::string to_json(const std::vector<SignedFile>&);
MINIPKG_API std::string policy_json(Policy);
MINIPKG_API std::string recovery_json(Recovery);
MINIPKG_API std::string error_json(const Error&);

}  // namespace minipkg
