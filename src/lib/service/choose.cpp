// SPDX-License-Identifier: MIT
#include "lib/service/choose.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/base/fail.hpp"

namespace minipkg::service {
namespace {

bool is_named(const Remedy& remedy, const std::string& wished) {
  return !wished.empty() && (remedy.unit == wished || remedy.unit == wished + ".service");
}

bool is_named(const Remedy& remedy, const std::vector<std::string>& wished) {
  return std::any_of(wished.begin(), wished.end(), [&](const std::string& unit) { return is_named(remedy, unit); });
}

std::string why_left(const Remedy& remedy, const RestartWish& wish) {
  if (remedy.manner == Manner::by_hand) return remedy.why;
  if (!wish.units.empty()) return {};
  const bool is_service = remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::reload_unit;
  if (wish.only_services && !is_service) return "only services were asked for";
  if (remedy.basis == Basis::path && !wish.unmanaged)
    return "minipkg did not replace what it runs (--include-unmanaged)";
  if (remedy.certainty == Certainty::likely && !wish.likely) return "it only seems to be old (--include-likely)";
  return {};
}

void check_wished_units(const RestartReport& report, const RestartWish& wish) {
  for (const std::string& unit : wish.units) {
    const Remedy* by_hand = nullptr;
    bool is_automatic = false;
    for (const Remedy& remedy : report.remedies) {
      if (!is_named(remedy, unit)) continue;
      is_automatic = is_automatic || remedy.manner == Manner::automatic;
      by_hand = &remedy;
    }
    if (is_automatic) continue;
    if (by_hand != nullptr) fail(ErrorKind::refused, "restart", unit, by_hand->why, "see minipkg needs-restart");
    fail(ErrorKind::refused, "restart", unit, "nothing in it needs a restart",
         "minipkg needs-restart lists what does; to restart it anyway, use systemctl");
  }
}

}  // namespace

std::vector<Restart> choose(const RestartReport& report, const RestartWish& wish) {
  check_wished_units(report, wish);
  std::vector<Restart> restarts;
  for (const Remedy& remedy : report.remedies) {
    if (!wish.units.empty() && !is_named(remedy, wish.units)) continue;
    std::string why = why_left(remedy, wish);
    const Treatment treatment = why.empty() ? Treatment::pending : Treatment::left;
    restarts.push_back({remedy, treatment, std::move(why), {}});
  }
  return restarts;
}

}  // namespace minipkg::service
