// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string_view>

namespace minipkg {

/// Which interpreter reads a file, if one does. Numbers stand in the table of retired inodes: never change one.
enum class Language : std::uint8_t {
  none = 0,
  script = 1,  ///< begins with "#!"; its name does not say more
  shell = 2,
  python = 3,
  perl = 4,
  ruby = 5,
  javascript = 6,
};

/// By the ending of a path; none for all others.
Language language_of_name(std::string_view path);

/// Whether only its first two bytes can tell: its name says nothing, and is no library's. `mode` is that of a regular
/// file: one whose name has an unknown ending is run only with a permission to.
bool may_be_script(std::string_view path, std::uint16_t mode);

/// By its first bytes, at least two.
Language language_of_content(std::string_view start);

}  // namespace minipkg
