// SPDX-License-Identifier: MIT
#pragma once

namespace minipkg::archive {

/// Whether nobody but root and this user can change the content of a file that is open for reading: by its owner and
/// mode, because nobody who had it open for writing before still has, and because the file system keeps it here.
bool only_ours(int fd);

}  // namespace minipkg::archive
