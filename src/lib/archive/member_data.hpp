// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lib/archive/member_source.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// SHA-256 of the current member's content, holes as zeros.
Digest hash_data(MemberSource&);

/// The same, and gives every piece to `sink`.
Digest hash_and_write(MemberSource&, PayloadSink& sink);

/// All of the current member. Refuses more than `most` bytes.
std::string read_text(MemberSource&, std::uint64_t most);

}  // namespace minipkg::archive
