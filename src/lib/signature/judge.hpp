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
/// tried: an id is no secret.
Verdict judge(const Signature&, const Content&, const std::vector<TrustedKey>&, Day);

/// A key that stands in several files has expired, or was revoked, if any of them says so: then all of them say it.
void unite(std::vector<TrustedKey>&);

}  // namespace minipkg::signature
