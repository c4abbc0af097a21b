// SPDX-License-Identifier: MIT
// Apart from the text, so that minipkg-recover is linked without a cryptographic library.
#include "lib/base/digest.hpp"
#include "minipkg/manifest.hpp"

namespace minipkg {

Digest manifest_digest(const Manifest& manifest) { return sha256(canonical_json(manifest)); }

}  // namespace minipkg
