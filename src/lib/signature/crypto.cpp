// SPDX-License-Identifier: MIT
#include "lib/signature/crypto.hpp"

#include <algorithm>
#include <vector>

namespace minipkg::signature {

void Content::for_each_piece(const std::function<void(std::span<const char>)>& use) const {
  std::vector<char> buffer(std::size_t{256} * 1024);
  std::uint64_t offset = 0;
  for (;;) {
    const std::size_t got = read_at(offset, buffer);
    use(std::span<const char>(buffer).first(got));
    if (got < buffer.size()) return;
    offset += got;
  }
}

namespace {

const unsigned char* bytes_of(std::span<const char> piece) {
  return reinterpret_cast<const unsigned char*>(piece.data());
}

using Prehash = std::array<unsigned char, crypto_generichash_BYTES_MAX>;

Prehash blake2b_512(const Content& content) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES_MAX);
  content.for_each_piece([&](auto piece) { crypto_generichash_update(&state, bytes_of(piece), piece.size()); });
  Prehash hash{};
  crypto_generichash_final(&state, hash.data(), hash.size());
  return hash;
}

bool is_signature(const SignatureBytes& signature, std::span<const unsigned char> message, const KeyBytes& key) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

using Scalar = std::array<unsigned char, crypto_core_ed25519_SCALARBYTES>;
using Point = std::array<unsigned char, crypto_core_ed25519_BYTES>;

Scalar reduced(const std::array<unsigned char, crypto_core_ed25519_NONREDUCEDSCALARBYTES>& wide) {
  Scalar scalar{};
  crypto_core_ed25519_scalar_reduce(scalar.data(), wide.data());
  return scalar;
}

/// Ed25519 by RFC 8032, 5.1.7, of content that is not in memory: R = S·B - SHA-512(R ‖ A ‖ content)·A.
/// libsodium's own function for it wants all of the content at once.
bool is_signature(const SignatureBytes& signature, const Content& content, const KeyBytes& key) {
  Point r{};
  std::array<unsigned char, crypto_core_ed25519_NONREDUCEDSCALARBYTES> wide{};
  std::copy_n(signature.begin(), r.size(), r.begin());
  std::copy(signature.begin() + r.size(), signature.end(), wide.begin());
  const Scalar s = reduced(wide);
  const bool canonical = std::equal(s.begin(), s.end(), signature.begin() + r.size());
  if (!canonical || crypto_core_ed25519_is_valid_point(key.data()) != 1) return false;

  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, r.data(), r.size());
  crypto_hash_sha512_update(&state, key.data(), key.size());
  content.for_each_piece([&](auto piece) { crypto_hash_sha512_update(&state, bytes_of(piece), piece.size()); });
  static_assert(crypto_hash_sha512_BYTES == crypto_core_ed25519_NONREDUCEDSCALARBYTES);
  crypto_hash_sha512_final(&state, wide.data());
  const Scalar h = reduced(wide);

  Point sb{}, ha{}, expected{};
  return crypto_scalarmult_ed25519_base_noclamp(sb.data(), s.data()) == 0 &&
         crypto_scalarmult_ed25519_noclamp(ha.data(), h.data(), key.data()) == 0 &&
         crypto_core_ed25519_sub(expected.data(), sb.data(), ha.data()) == 0 && expected == r;
}

std::vector<unsigned char> with_comment(const Signature& signature) {
  std::vector<unsigned char> message(signature.bytes.begin(), signature.bytes.end());
  message.insert(message.end(), signature.trusted_comment.begin(), signature.trusted_comment.end());
  return message;
}

std::uint64_t number(const std::array<unsigned char, 8>& little_endian) {
  std::uint64_t value = 0;
  for (auto byte = little_endian.rbegin(); byte != little_endian.rend(); ++byte) value = value << 8U | *byte;
  return value;
}

std::array<unsigned char, 8> little_endian(std::uint64_t value) {
  std::array<unsigned char, 8> bytes{};
  for (unsigned char& byte : bytes) {
    byte = static_cast<unsigned char>(value & 0xFFU);
    value >>= 8U;
  }
  return bytes;
}

std::array<unsigned char, 32> checksum(const SecretKey& key) {
  crypto_generichash_state state;
  std::array<unsigned char, 32> hash{};
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  crypto_generichash_update(&state, key.algorithm.data(), key.algorithm.size());
  crypto_generichash_update(&state, key.key.id.data(), key.key.id.size());
  crypto_generichash_update(&state, key.key.secret.data(), key.key.secret.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  return hash;
}

/// XORs the key with what the password makes of the settings in `key`. False if memory does not suffice.
bool crypt(SecretKey& key, std::string_view password) {
  using Stream = std::array<unsigned char, sizeof(SecretKey::Key)>;
  const auto stream = make_secret<Stream>();
  if (crypto_pwhash_scryptsalsa208sha256(stream->data(), stream->size(), password.data(), password.size(),
                                         key.salt.data(), number(key.opslimit),
                                         static_cast<std::size_t>(number(key.memlimit))) != 0) {
    return false;
  }
  auto* const bytes = reinterpret_cast<unsigned char*>(&key.key);
  for (std::size_t i = 0; i < stream->size(); ++i) bytes[i] = static_cast<unsigned char>(bytes[i] ^ (*stream)[i]);
  return true;
}

}  // namespace

bool holds(const Signature& signature, const Content& content, const KeyBytes& key) {
  if (signature.algorithm == Algorithm::legacy) return is_signature(signature.bytes, content, key);
  const Prehash hash = blake2b_512(content);
  return is_signature(signature.bytes, hash, key);
}

bool comment_holds(const Signature& signature, const KeyBytes& key) {
  return is_signature(signature.global, with_comment(signature), key);
}

Signature sign(const Content& content, const SecretKey& key, std::string trusted_comment) {
  const Prehash hash = blake2b_512(content);
  Signature signature;
  signature.key_id = key.key.id;
  signature.trusted_comment = std::move(trusted_comment);
  crypto_sign_detached(signature.bytes.data(), nullptr, hash.data(), hash.size(), key.key.secret.data());
  const auto message = with_comment(signature);
  crypto_sign_detached(signature.global.data(), nullptr, message.data(), message.size(), key.key.secret.data());
  return signature;
}

Secret<SecretKey> new_key() {
  auto key = make_secret<SecretKey>();
  KeyBytes public_key{};
  crypto_sign_keypair(public_key.data(), key->key.secret.data());
  randombytes_buf(key->key.id.data(), key->key.id.size());
  key->algorithm = {'E', 'd'};
  key->checksum_kind = {'B', '2'};
  return key;
}

void encrypt(SecretKey& key, std::string_view password) {
  key.kdf = {'S', 'c'};
  key.key.checksum = checksum(key);
  randombytes_buf(key.salt.data(), key.salt.size());
  std::uint64_t operations = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE;
  std::uint64_t memory = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE;
  do {
    key.opslimit = little_endian(operations);
    key.memlimit = little_endian(memory);
    if (crypt(key, password)) return;
    operations /= 2;
    memory /= 2;
  } while (memory >= crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_MIN);
  throw std::bad_alloc();
}

Decrypted decrypt(SecretKey& key, std::string_view password) {
  if (!crypt(key, password)) return Decrypted::out_of_memory;
  auto expected = checksum(key);
  const bool right = sodium_memcmp(expected.data(), key.key.checksum.data(), expected.size()) == 0;
  sodium_memzero(expected.data(), expected.size());
  return right ? Decrypted::yes : Decrypted::wrong_password;
}

}  // namespace minipkg::signature
