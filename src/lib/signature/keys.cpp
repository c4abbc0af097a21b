// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "lib/base/fail.hpp"
#include "lib/signature/keyring.hpp"
#include "lib/signature/minisign.hpp"
#include "lib/signature/small_file.hpp"
#include "minipkg/text.hpp"

namespace minipkg {

using signature::Keyring;

namespace {

constexpr const char* list_hint = "minipkg key list names them";

std::string name_of_file(const std::string& file) {
  std::string name = file.substr(file.rfind('/') + 1);  // npos + 1 is 0
  if (name.ends_with(".pub")) name.resize(name.size() - 4);
  return name;
}

/// One that is a file name and a word in every list.
bool is_good_name(std::string_view name) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+@-";
  return !name.empty() && name.size() <= 200 && name.find_first_not_of(letters) == std::string_view::npos &&
         name.front() != '.' && name.front() != '-';
}

std::string read_key_file(const std::string& file) {
  const Fd fd = signature::open_given(file);
  std::string text;
  if (!signature::read_small(fd.get(), text)) fail(ErrorKind::usage, "read", file, std::strerror(errno));
  return text;
}

TrustedKey parsed_key(const std::string& file, const std::string& text) {
  auto key = signature::parse_public_key(text);
  if (!key.value) fail(ErrorKind::usage, "use", file, "it is no public key of minisign: " + key.why);
  key.value->name = name_of_file(file);
  return *std::move(key.value);
}

/// Minisign's two lines, and of ours what was already there or is asked for.
std::string text_of(const std::string& text, std::optional<Day> expires) {
  const std::string end = text.ends_with('\n') ? "" : "\n";
  return text + end + (expires ? signature::expires_line(*expires) : "");
}

TrustedKey find_key(const std::vector<TrustedKey>& keys, const std::string& name_or_id, const char* verb) {
  std::string id = name_or_id;
  std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'a' && c <= 'f' ? char(c - 32) : c; });
  const auto has_name = [&](const TrustedKey& key) { return key.name == name_or_id; };
  if (const auto found = std::find_if(keys.begin(), keys.end(), has_name); found != keys.end()) return *found;
  const auto has_id = [&](const TrustedKey& key) { return key.id == id; };
  const auto found = std::find_if(keys.begin(), keys.end(), has_id);
  if (found == keys.end()) fail(ErrorKind::refused, verb, name_or_id, "there is no such key", list_hint);
  if (std::count_if(keys.begin(), keys.end(), has_id) > 1) {
    fail(ErrorKind::refused, verb, name_or_id, "several keys have this id", "give the name of one of them");
  }
  return *found;
}

}  // namespace

Day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

Policy policy_of(const Root& root) { return Keyring(root).policy(); }

void set_policy(const Root& root, Policy policy) { Keyring(root).set_policy(policy); }

std::vector<TrustedKey> trusted_keys(const Root& root) { return Keyring(root).keys(); }

std::vector<TrustedKey> keys_in_directory(const std::string& directory) {
  const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) fail(ErrorKind::usage, "open directory", directory, std::strerror(errno));
  return signature::read_keys(fd.get(), directory);
}

TrustedKey key_in_file(const std::string& file) { return parsed_key(file, read_key_file(file)); }

TrustedKey add_key(const Root& root, const std::string& file, std::optional<std::string> name,
                   std::optional<Day> expires) {
  const std::string text = text_of(read_key_file(file), expires);
  TrustedKey key = parsed_key(file, text);
  if (name && !is_good_name(*name))
    fail(ErrorKind::usage, "name a key", *name, "only letters, digits and ._+@- may be in it");
  key.name = name ? *name : is_good_name(key.name) ? key.name : key.id;
  Keyring keyring(root);
  const std::vector<TrustedKey> keys = keyring.keys();
  const auto same = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.key == key.key; });
  if (same != keys.end()) {
    fail(ErrorKind::refused, "add", file,
         fmt::format("its key {} {} '{}'", key.id, same->revoked ? "was revoked as" : "is there already as",
                     printable(same->name)));
  }
  keyring.add(key.name, text);
  return key;
}

TrustedKey remove_key(const Root& root, const std::string& name_or_id) {
  Keyring keyring(root);
  const TrustedKey key = find_key(keyring.keys(), name_or_id, "remove");
  if (key.revoked) {
    fail(ErrorKind::refused, "remove", name_or_id, "it was revoked, which must not be forgotten",
         fmt::format("to forget it all the same remove the file etc/minipkg/keys/{}.pub", printable(key.name)));
  }
  keyring.remove(key.name);
  return key;
}

TrustedKey revoke_key(const Root& root, const std::string& name_or_id, Day day) {
  Keyring keyring(root);
  TrustedKey key = find_key(keyring.keys(), name_or_id, "revoke");
  if (key.revoked) return key;
  keyring.revoke(key.name, day);
  key.revoked = day;
  return key;
}

}  // namespace minipkg
