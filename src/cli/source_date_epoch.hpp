// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>

namespace minipkg::cli {

/// https://reproducible-builds.org/specs/source-date-epoch: the time to write down instead of now, where it is set.
std::optional<std::int64_t> source_date_epoch();

}  // namespace minipkg::cli
