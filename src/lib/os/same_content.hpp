// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>

namespace minipkg::os {

/// Whether two regular files, open (O_PATH suffices), have the same size and the same bytes. False if one cannot be
/// read, or they are larger than `most`: reading takes time. Leaves no access time behind where the caller may.
bool same_content(int one, int other, std::uint64_t most);

}  // namespace minipkg::os
