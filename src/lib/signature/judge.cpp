// SPDX-License-Identifier: MIT
#include "lib/signature/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/signature/crypto.hpp"
#include "minipkg/text.hpp"

namespace minipkg::signature {
namespace {

constexpr const char* other_key_hint = "ask for a file that a trusted key has signed: minipkg key list";
constexpr const char* again_hint = "get the file and its signature again from where they come from";

std::vector<Reason> why_not_trusted(const TrustedKey& key, Day day) {
  std::vector<Reason> reasons;
  const std::string whose = fmt::format("its key {} ({})", printable(key.name), key.id);
  if (key.revoked) reasons.push_back({whose + " was revoked", other_key_hint});
  if (key.expires && *key.expires <= day) {
    reasons.push_back({fmt::format("{} expired on {}", whose, day_text(*key.expires)), other_key_hint});
  }
  return reasons;
}

void take_earlier(std::optional<Day>& day, const std::optional<Day>& other) {
  if (other) day = std::min(day.value_or(*other), *other);
}

}  // namespace

void unite(std::vector<TrustedKey>& keys) {
  for (TrustedKey& key : keys) {
    for (const TrustedKey& other : keys) {
      if (other.key != key.key) continue;
      take_earlier(key.expires, other.expires);
      take_earlier(key.revoked, other.revoked);
    }
  }
}

Verdict judge(const Signature& signature, const Content& content, const std::vector<TrustedKey>& keys, Day day) {
  const std::string id = id_text(signature.key_id);
  const auto has_id = [&](const TrustedKey& key) { return key.id == id; };
  if (std::none_of(keys.begin(), keys.end(), has_id)) {
    return {{}, {{fmt::format("its key {} is not trusted", id), "minipkg key add FILE trusts a public key"}}};
  }
  const auto made_it = [&](const TrustedKey& key) { return has_id(key) && holds(signature, content, key.key); };
  const auto maker = std::find_if(keys.begin(), keys.end(), made_it);
  if (maker == keys.end()) {
    return {{}, {{fmt::format("its signature by key {} is not of these bytes", id), again_hint}}};
  }
  if (!comment_holds(signature, maker->key)) {
    return {{}, {{"the trusted comment of its signature was changed", again_hint}}};
  }
  if (auto reasons = why_not_trusted(*maker, day); !reasons.empty()) return {{}, std::move(reasons)};
  return {SignedBy{maker->name, id, signature.trusted_comment}, {}};
}

}  // namespace minipkg::signature
