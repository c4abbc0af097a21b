// SPDX-License-Identifier: MIT
#include "lib/archive/member_source.hpp"

#include <fmt/format.h>

#include "lib/base/fail.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {

std::string TarMember::label() const {
  constexpr std::size_t longest = 4096;
  if (name.empty()) return fmt::format("member {}", number);
  if (name.size() > longest) return fmt::format("member {} '{}'…", number, printable(name.substr(0, longest)));
  return fmt::format("member {} '{}'", number, printable(name));
}

void MemberSource::refuse(std::string_view why) const { fail(ErrorKind::bad_package, "read", file_, why); }

void MemberSource::refuse(const TarMember& member, std::string_view why) const {
  refuse(fmt::format("{} {}", member.label(), why));
}

}  // namespace minipkg::archive
