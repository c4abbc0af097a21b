// SPDX-License-Identifier: MIT
// Three versions, one a line: every scheme must put them in an order.
#include <array>
#include <string>

#include "fuzz/fuzz.hpp"
#include "minipkg/manifest.hpp"

using namespace minipkg;

namespace {

int sign(int order) { return (order > 0) - (order < 0); }

void check_pair(std::string_view scheme, std::string_view a, std::string_view b) {
  fuzz::require(compare_versions(scheme, a, a) == 0, "a version is itself");
  fuzz::require(sign(compare_versions(scheme, a, b)) == -sign(compare_versions(scheme, b, a)),
                "a before b is b behind a");
}

void check_three(std::string_view scheme, std::string_view a, std::string_view b, std::string_view c) {
  const int ab = sign(compare_versions(scheme, a, b)), bc = sign(compare_versions(scheme, b, c));
  const int ac = sign(compare_versions(scheme, a, c));
  if (ab == 0) fuzz::require(ac == bc, "equal versions stand alike to a third");
  if (ab == bc) fuzz::require(ac == ab, "a before b before c is a before c");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  std::array<std::string_view, 3> v;
  for (std::string_view& version : v) version = fuzz::take_until(text, '\n');
  for (const char* scheme : {"rpm", "deb", "semver", "alpm", "apk", "xbps", "freebsd", "raw", ""}) {
    for (std::size_t i = 0; i < v.size(); ++i) {
      check_pair(scheme, v[i], v[(i + 1) % 3]);
      check_three(scheme, v[i], v[(i + 1) % 3], v[(i + 2) % 3]);
      check_three(scheme, v[(i + 1) % 3], v[i], v[(i + 2) % 3]);
    }
  }
  return 0;
}
