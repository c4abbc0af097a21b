// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/plan.hpp"

/// Small values as bytes, for columns nobody searches: little-endian lengths before each string.
namespace minipkg::store {

std::string encode(const Xattrs&);
std::string encode(const Attributes&);
std::string encode(const FileEntry&);                       ///< all but its path
std::string encode_words(const std::vector<std::string>&);  ///< each ended by a NUL, as in /proc/PID/cmdline

/// As many of a digest's bytes as there are.
Digest digest_of_bytes(std::string_view bytes);

// These throw Error(cannot_answer) for bytes that encode() does not make.
Xattrs decode_xattrs(std::string_view bytes);
Attributes decode_attributes(std::string_view bytes);
FileEntry decode_file_entry(const std::string& path, std::string_view bytes);
std::vector<std::string> decode_words(std::string_view bytes);

}  // namespace minipkg::store
