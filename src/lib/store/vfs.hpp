// SPDX-License-Identifier: MIT
#pragma once

namespace minipkg::store {

/// The name of an SQLite VFS that is the system's own but for one thing: it takes a file's name as it is. SQLite's
/// would turn "/proc/self/fd/7/packages.db" into the path where descriptor 7 was when it looked, and open, journal and
/// delete by that path from then on: whoever owns a directory above could put another root there.
const char* exact_names_vfs();

}  // namespace minipkg::store
