// SPDX-License-Identifier: MIT
// Databases of dpkg and rpm, which may be anybody's. The first byte says which part of them.
#include <string>

#include "fuzz/fuzz.hpp"
#include "lib/foreign/dpkg.hpp"
#include "lib/foreign/rpm_header.hpp"

using namespace minipkg;
using fuzz::require;

namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_rpm(std::string_view blob) {
  const auto header = foreign::parse_rpm_header(blob);
  if (!header) return;
  require(header->version.find('-') != std::string::npos, "a version has a release");
  for (const std::string_view name : header->basenames) require(lies_in(name, blob), "names stand in the header");
  for (const std::string_view name : header->dirnames) require(lies_in(name, blob), "directories, too");
  for (std::uint64_t i = 0; i <= header->basenames.size(); ++i) header->path(i);
  require(!header->path(~0ULL), "there is no last file");
}

void check_status(std::string_view text) {
  std::map<std::string, std::string> versions{{"a", ""}, {"a:amd64", ""}, {"libc6:i386", ""}};
  foreign::add_versions(text, versions);
  require(versions.size() == 3, "nothing is added that was not asked for");
  for (const auto& [id, version] : versions) {
    require(text.find(version) != std::string_view::npos, "a version stands in the text");
  }
}

/// Up to an empty line a list, then diversions.
void check_lists(std::string_view text) {
  const std::size_t end = std::min(text.find("\n\n"), text.size());
  const auto diversions = foreign::parse_diversions(text.substr(std::min(end + 2, text.size())));
  foreign::Claims claims{{"/usr/bin/a", {}}, {"/usr/bin/a.real", {}}};
  foreign::add_list(text.substr(0, end), "a:amd64", claims);
  foreign::add_list(text.substr(end / 2), "b", claims);
  foreign::add_md5sums(text, "c", claims);
  require(claims.size() == 2, "nothing is claimed that was not asked for");
  for (const auto& [path, ids] : claims) {
    const std::string owner = foreign::claimant(path, claims, diversions);
    require(owner.empty() || owner == "a:amd64" || owner == "b" || owner == "c", "an owner is one who claims");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::as_text(data + 1, size - 1);
  switch (data[0]) {
    case 'r':
      check_rpm(text);
      break;
    case 's':
      check_status(text);
      break;
    case 'l':
      check_lists(text);
      break;
    default:
      return -1;  // not kept
  }
  return 0;
}
