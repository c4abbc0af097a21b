// SPDX-License-Identifier: MIT
#include "lib/model/json_text.hpp"
#include "minipkg/json.hpp"

namespace minipkg {

using json::Json;

std::string to_json(const std::vector<TrustedKey>& keys, Day day) {
  Json array = Json::array();
  for (const TrustedKey& key : keys) {
    Json object{{"id", key.id}, {"trust", name_of(trust_of(key, day))}};
    json::put_text(object, "name", key.name);
    if (key.expires) object["expires"] = day_text(*key.expires);
    if (key.revoked) object["revoked"] = day_text(*key.revoked);
    array.push_back(std::move(object));
  }
  return json::answer("keys", {{"keys", std::move(array)}});
}

Json json::signatures(const std::vector<SignedFile>& files) {
  Json array = Json::array();
  for (const SignedFile& file : files) {
    Json object{{"good", file.signed_by.has_value()}};
    json::put_text(object, "file", file.file);
    if (file.signed_by) {
      object["key"] = file.signed_by->key_id;
      json::put_if_any(object, "key_name", file.signed_by->key_name);
      json::put_text(object, "trusted_comment", file.signed_by->trusted_comment);
    }
    json::put_if_any(object, "error", file.error);
    array.push_back(std::move(object));
  }
  return array;
}

std::string to_json(const std::vector<SignedFile>& files) {
  return json::answer("signatures", {{"files", json::signatures(files)}});
}

std::string policy_json(Policy policy) { return json::answer("policy", {{"policy", name_of(policy)}}); }

}  // namespace minipkg
