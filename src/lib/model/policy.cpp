// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "minipkg/signature.hpp"

namespace minipkg {
namespace {

constexpr std::array<std::pair<Policy, const char*>, 3> policies{
    {{Policy::none, "none"}, {Policy::digest, "digest"}, {Policy::signature, "signature"}}};

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return {};
  return value;
}

}  // namespace

const char* name_of(Policy policy) {
  for (const auto& [each, name] : policies) {
    if (each == policy) return name;
  }
  return "";
}

std::optional<Policy> policy_named(std::string_view name) {
  for (const auto& [policy, each] : policies) {
    if (name == each) return policy;
  }
  return {};
}

Trust trust_of(const TrustedKey& key, Day day) {
  if (key.revoked) return Trust::revoked;
  return key.expires && *key.expires <= day ? Trust::expired : Trust::trusted;
}

const char* name_of(Trust trust) {
  switch (trust) {
    case Trust::trusted:
      return "trusted";
    case Trust::expired:
      return "expired";
    case Trust::revoked:
      return "revoked";
  }
  return "";
}

std::string day_text(Day day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<Day> day_named(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)), day = number(text.substr(8));
  if (!year || !month || !day) return {};
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day));
  if (!date.ok()) return {};
  return Day(date);
}

}  // namespace minipkg
