// SPDX-License-Identifier: MIT
#include "lib/signature/minisign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace minipkg::signature {
namespace {

using Two = std::array<unsigned char, 2>;
constexpr Two legacy_algorithm{'E', 'd'}, prehashed_algorithm{'E', 'D'};
constexpr Two scrypt{'S', 'c'}, no_kdf{0, 0}, blake2b{'B', '2'};

constexpr std::string_view untrusted_prefix = "untrusted comment: ";
constexpr std::string_view trusted_prefix = "trusted comment: ";
constexpr std::string_view expires_prefix = "expires: ";
constexpr std::string_view revoked_prefix = "revoked: ";
constexpr const char* no_comment = "its first line is no untrusted comment";

/// Without their ends; an empty last one is none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// False unless it is strict base64 of just so many bytes.
template <class T>
bool decode(std::string_view base64, T& into) {
  std::size_t size = 0;
  const char* end = nullptr;
  return sodium_base642bin(reinterpret_cast<unsigned char*>(&into), sizeof into, base64.data(), base64.size(), nullptr,
                           &size, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
         size == sizeof into && end == base64.data() + base64.size();
}

template <class T>
std::string encode(const T& from) {
  std::array<char, sodium_base64_ENCODED_LEN(sizeof(T), sodium_base64_VARIANT_ORIGINAL)> text{};
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(&from), sizeof from,
                    sodium_base64_VARIANT_ORIGINAL);
  return text.data();
}

struct SignatureLine {
  Two algorithm;
  KeyId key_id;
  SignatureBytes bytes;
};
static_assert(sizeof(SignatureLine) == 74);

struct PublicKeyLine {
  Two algorithm;
  KeyId id;
  KeyBytes key;
};
static_assert(sizeof(PublicKeyLine) == 42);

/// Why not, or nothing.
std::string read_own_line(std::string_view line, TrustedKey& key) {
  if (line.empty() || line.starts_with('#')) return {};
  const bool expires = line.starts_with(expires_prefix);
  if (!expires && !line.starts_with(revoked_prefix)) return "a line of it means nothing";
  const std::optional<Day> day = day_named(line.substr(expires ? expires_prefix.size() : revoked_prefix.size()));
  if (!day) return "a day in it is none like 2026-11-24";
  // Of several the strictest.
  std::optional<Day>& known = expires ? key.expires : key.revoked;
  known = std::min(known.value_or(*day), *day);
  return {};
}

}  // namespace

std::string id_text(const KeyId& id) {
  std::string text;
  for (auto byte = id.rbegin(); byte != id.rend(); ++byte) text += fmt::format("{:02X}", *byte);
  return text;
}

Parsed<Signature> parse_signature(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.empty() || !lines[0].starts_with(untrusted_prefix)) return {{}, no_comment};
  if (lines.size() < 4) return {{}, "it is truncated"};
  SignatureLine line{};
  if (!decode(lines[1], line)) return {{}, "its second line is no signature"};
  if (!lines[2].starts_with(trusted_prefix)) return {{}, "its third line is no trusted comment"};
  Signature signature;
  if (line.algorithm == legacy_algorithm) {
    signature.algorithm = Algorithm::legacy;
  } else if (line.algorithm != prehashed_algorithm) {
    return {{}, "its algorithm is unknown"};
  }
  if (!decode(lines[3], signature.global)) return {{}, "its fourth line is no signature"};
  if (lines.size() > 4) return {{}, "something stands behind its end"};
  signature.key_id = line.key_id;
  signature.bytes = line.bytes;
  signature.trusted_comment = lines[2].substr(trusted_prefix.size());
  return {signature, {}};
}

std::string to_text(const Signature& signature, std::string_view untrusted_comment) {
  const SignatureLine line{signature.algorithm == Algorithm::legacy ? legacy_algorithm : prehashed_algorithm,
                           signature.key_id, signature.bytes};
  return fmt::format("{}{}\n{}\n{}{}\n{}\n", untrusted_prefix, untrusted_comment, encode(line), trusted_prefix,
                     signature.trusted_comment, encode(signature.global));
}

Parsed<TrustedKey> parse_public_key(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.empty() || !lines[0].starts_with(untrusted_prefix)) return {{}, no_comment};
  PublicKeyLine line{};
  if (lines.size() < 2 || !decode(lines[1], line) || line.algorithm != legacy_algorithm) {
    return {{}, "its second line is no public key"};
  }
  TrustedKey key;
  key.id = id_text(line.id);
  key.key = line.key;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    if (std::string why = read_own_line(lines[i], key); !why.empty()) return {{}, std::move(why)};
  }
  return {key, {}};
}

std::string public_key_text(const KeyId& id, const KeyBytes& key) {
  const PublicKeyLine line{legacy_algorithm, id, key};
  return fmt::format("{}minisign public key {}\n{}\n", untrusted_prefix, id_text(id), encode(line));
}

std::string expires_line(Day day) { return fmt::format("{}{}\n", expires_prefix, day_text(day)); }

std::string revoked_line(Day day) { return fmt::format("{}{}\n", revoked_prefix, day_text(day)); }

Parsed<Secret<SecretKey>> parse_secret_key(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.empty() || !lines[0].starts_with(untrusted_prefix)) return {{}, no_comment};
  auto key = make_secret<SecretKey>();
  if (lines.size() < 2 || !decode(lines[1], *key)) return {{}, "its second line is no secret key"};
  const bool known =
      key->algorithm == legacy_algorithm && key->checksum_kind == blake2b && (key->kdf == scrypt || key->kdf == no_kdf);
  if (!known) return {{}, "it is a secret key of an unknown kind"};
  return {std::move(key), {}};
}

Secret<SecretText> to_text(const SecretKey& key) {
  constexpr std::string_view comment = "untrusted comment: minisign encrypted secret key\n";  // also where it is not
  auto text = make_secret<SecretText>();
  char* const base64 = std::copy(comment.begin(), comment.end(), text->data());
  sodium_bin2base64(base64, text->size() - comment.size(), reinterpret_cast<const unsigned char*>(&key), sizeof key,
                    sodium_base64_VARIANT_ORIGINAL);
  base64[std::strlen(base64)] = '\n';  // all behind it is zero
  return text;
}

bool is_encrypted(const SecretKey& key) { return key.kdf != no_kdf; }

KeyBytes public_part(const SecretKey& key) {
  KeyBytes bytes{};
  std::copy(key.key.secret.end() - bytes.size(), key.key.secret.end(), bytes.begin());
  return bytes;
}

}  // namespace minipkg::signature
