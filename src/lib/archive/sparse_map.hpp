// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace minipkg::archive {

/// Keys and values of one pax header, in their order: GNU's first sparse format repeats two of them.
using PaxRecords = std::vector<std::pair<std::string_view, std::string_view>>;

/// The map of a sparse file of GNU tar, in each of its four formats. GNU tar, libarchive and Python agree only on one
/// that a decent writer makes: as many pieces as announced, in order, the last of which ends where the file does;
/// without it GNU tar makes a shorter file. Both throw std::invalid_argument for any other, and std::out_of_range for
/// one that `behind` holds no longer; `behind` are the bytes behind the member's own header block.
void check_pax_sparse(const PaxRecords&, std::span<const char> behind);
void check_old_sparse(std::span<const char> block, std::span<const char> behind);

}  // namespace minipkg::archive
