// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/signature.hpp"

namespace minipkg::cli {

/// The password of a secret key: from the terminal without echo, or a line of standard input where that is none.
Password ask_password();
/// For a new one, on a terminal twice. Throws Error(usage) if the two differ.
Password ask_new_password();

}  // namespace minipkg::cli
