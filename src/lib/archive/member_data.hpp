// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lib/archive/tar_reader.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// SHA-256 of the current member's content, holes as zeros.
Digest hash_data(TarReader&);

/// The same, and gives every piece to `sink`.
Digest hash_and_write(TarReader&, PayloadSink& sink);

/// All of the current member. Refuses more than `most` bytes.
std::string read_text(TarReader&, std::uint64_t most);

}  // namespace minipkg::archive
