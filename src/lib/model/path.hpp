// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// Why a manifest's path is refused ("has a '..' component", "is not absolute", "is longer than 4095 bytes", …);
/// empty for a good one: absolute, no empty, "." or ".." component, no NUL, no control character unless odd names are
/// allowed, components of at most 255 bytes, at most 4095 in all, at most 512 deep.
std::string why_bad_path(std::string_view path, OddNames = OddNames::refuse);

/// A tar member's name ("./usr/bin/x", "usr/lib/") as a manifest path. "./" alone gives "/". Nothing is resolved:
/// the result may still be bad, ask why_bad_path; a name with ".." or an absolute one comes out unchanged in that.
std::string path_of_member(std::string_view member);

/// "/usr/bin/x" -> "/usr/bin"; "/x" -> "/".
std::string_view parent_path(std::string_view path);
std::string_view base_name(std::string_view path);

/// "/usr", "bin" -> "/usr/bin"; "/", "bin" -> "/bin".
std::string child_path(std::string_view directory, std::string_view name);

/// "/usr" and "/usr/bin" are below "/usr"; "/usrx" is not.
bool is_at_or_below(std::string_view path, std::string_view directory);

}  // namespace minipkg
