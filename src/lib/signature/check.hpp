// SPDX-License-Identifier: MIT
#pragma once
#include "lib/signature/content.hpp"
#include "minipkg/signature.hpp"

namespace minipkg::signature {

/// False: the content need not be looked at.
bool ask_for_anything(const Requirements&);

/// Holds content against what is required of it; says who signed it, if that was looked at. Signature and digest are
/// read from files beside `Content::name` unless the requirements have others. Throws Error(bad_package) with what is
/// missing or wrong.
std::optional<SignedBy> check(const Content&, const Requirements&);

/// A file like those of sha256sum(1), with or without a name, one line.
std::optional<Digest> parse_sha256(std::string_view text);

}  // namespace minipkg::signature
