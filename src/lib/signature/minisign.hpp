// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lib/signature/secret.hpp"
#include "minipkg/signature.hpp"

/// The files of minisign(1), as text. Each begins with a line "untrusted comment: …", then comes base64.
namespace minipkg::signature {

constexpr std::size_t longest_untrusted_comment = 1000;  // minisign's buffers hold 1024 and 8192 bytes with what
constexpr std::size_t longest_trusted_comment = 8170;    // stands before them
constexpr std::size_t longest_file = 16384;

using KeyId = std::array<unsigned char, 8>;
using KeyBytes = std::array<unsigned char, 32>;
using SignatureBytes = std::array<unsigned char, 64>;

/// As minisign shows it: "481252B60C97990D".
std::string id_text(const KeyId&);

/// A value, or why the text is none.
template <class T>
struct Parsed {
  std::optional<T> value;
  std::string why;
};

enum class Algorithm {
  legacy,     ///< "Ed": over the bytes of the file
  prehashed,  ///< "ED": over their BLAKE2b-512
};

struct Signature {
  Algorithm algorithm = Algorithm::prehashed;
  KeyId key_id{};
  SignatureBytes bytes{};
  std::string trusted_comment;
  SignatureBytes global{};  ///< over `bytes` and the trusted comment
};
Parsed<Signature> parse_signature(std::string_view text);
std::string to_text(const Signature&, std::string_view untrusted_comment);

/// A public key file, with the lines of ours behind minisign's. The name is left empty.
Parsed<TrustedKey> parse_public_key(std::string_view text);
std::string public_key_text(const KeyId&, const KeyBytes&);
/// Lines of ours, to be put behind the text of a public key.
std::string expires_line(Day);
std::string revoked_line(Day);

/// The bytes of a secret key file, in its own order.
struct SecretKey {
  std::array<unsigned char, 2> algorithm, kdf, checksum_kind;
  std::array<unsigned char, 32> salt;
  std::array<unsigned char, 8> opslimit, memlimit;  ///< little endian
  struct Key {
    KeyId id;
    std::array<unsigned char, 64> secret;  ///< the public one stands in its second half
    std::array<unsigned char, 32> checksum;
  } key;  ///< encrypted if `kdf` is not zero
};
static_assert(sizeof(SecretKey) == 158);

/// Text of secrets.
using SecretText = std::array<char, longest_file>;

/// Nothing and why if it is no secret key, or of a kind that minisign does not know.
Parsed<Secret<SecretKey>> parse_secret_key(std::string_view text);
/// Ends with NUL.
Secret<SecretText> to_text(const SecretKey&);
bool is_encrypted(const SecretKey&);
KeyBytes public_part(const SecretKey&);

}  // namespace minipkg::signature
