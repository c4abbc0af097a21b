// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "lib/signature/content.hpp"
#include "lib/signature/minisign.hpp"

namespace minipkg::signature {

/// Why a signature is not enough, and what may be done about it.
struct Reason {
  std::string text, hint;
};

struct Verdict {
  std::optional<SignedBy> by;   ///< only if it is good
  std::vector<Reason> reasons;  ///< otherwise at least one
};

/// Holds a signature against content, the keys that are known and the day it is. Every key with the signature's id is
/// tried: an id is no secret. A key is revoked or has expired if any of the files that hold it says so.
Verdict judge(const Signature&, const Content&, const std::vector<TrustedKey>&, Day);

}  // namespace minipkg::signature
