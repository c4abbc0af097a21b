// SPDX-License-Identifier: MIT
#include "source_date_epoch.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "minipkg/error.hpp"
#include "minipkg/text.hpp"

namespace minipkg::cli {

std::optional<std::int64_t> source_date_epoch() {
  const char* value = std::getenv("SOURCE_DATE_EPOCH");
  if (value == nullptr || *value == '\0') return std::nullopt;
  const std::string_view text = value;
  std::int64_t seconds = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() || seconds < 0) {
    throw Error(ErrorKind::usage,
                fmt::format("cannot use SOURCE_DATE_EPOCH '{}': not a number of seconds", printable(text)));
  }
  return seconds;
}

}  // namespace minipkg::cli
