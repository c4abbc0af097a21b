// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "minipkg/export.hpp"

namespace minipkg {

/// `text` fit for a terminal: control characters, invalid UTF-8 and what changes how its neighbours look
/// (bidirectional overrides and the like) as \n, \t, \xNN or \u{NNNN}, a backslash as \\; all else as it is.
MINIPKG_API std::string printable(std::string_view text);

/// The program's version, "1.2.3".
MINIPKG_API const char* program_version();

}  // namespace minipkg
