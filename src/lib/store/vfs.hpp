// SPDX-License-Identifier: MIT
#pragma once

namespace minipkg::store {

/// The name of an SQLite VFS that is the system's own but for two things. It takes a file's name as it is: SQLite's
/// would turn "/proc/self/fd/7/packages.db" into the path where descriptor 7 was when it looked, and open, journal and
/// delete by that path from then on: whoever owns a directory above could put another root there. And it opens neither
/// write-ahead logs nor super-journals: our databases have none, and one that stands beside a database would be played
/// into it before anything could be asked, by the header of the database or by being there alone.
const char* exact_names_vfs();

/// The extended error code where a database has a write-ahead log.
extern const int refused_log;

}  // namespace minipkg::store
