// SPDX-License-Identifier: MIT
#include "lib/signature/minisign.hpp"

#include <gmock/gmock.h>

#include "lib/signature/crypto.hpp"
#include "unit/signature/vectors.hpp"

namespace minipkg::signature {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(Minisign, ReadsASignature) {
  const auto signature = parse_signature(test::prehashed);
  ASSERT_TRUE(signature.value) << signature.why;
  EXPECT_EQ(id_text(signature.value->key_id), test::key_id);
  EXPECT_EQ(signature.value->algorithm, Algorithm::prehashed);
  EXPECT_EQ(signature.value->trusted_comment, "a comment");
  EXPECT_EQ(parse_signature(test::legacy).value->algorithm, Algorithm::legacy);
}

TEST(Minisign, WritesASignatureAsItWasRead) {
  for (const char* text : {test::prehashed, test::legacy}) {
    EXPECT_EQ(to_text(*parse_signature(text).value, "signature from minisign secret key"), text);
  }
}

TEST(Minisign, LinesMayEndAsOnOtherSystems) {
  std::string text = test::prehashed;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  ASSERT_TRUE(parse_signature(text).value);
  EXPECT_EQ(parse_signature(text).value->trusted_comment, "a comment");
}

TEST(Minisign, EveryTruncationOfASignatureIsNone) {
  const std::string text = test::prehashed;
  // Without its last line feed it is whole.
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    const auto signature = parse_signature(text.substr(0, size));
    EXPECT_FALSE(signature.value) << size;
    EXPECT_NE(signature.why, "") << size;
  }
}

TEST(Minisign, SaysWhatIsWrongWithASignature) {
  const std::string good = test::prehashed;
  EXPECT_EQ(parse_signature("").why, "its first line is no untrusted comment");
  EXPECT_EQ(parse_signature(replaced(good, "untrusted comment", "comment")).why,
            "its first line is no untrusted comment");
  EXPECT_EQ(parse_signature(good.substr(0, good.find("trusted comment: a"))).why, "it is truncated");
  EXPECT_EQ(parse_signature(replaced(good, "RUQN", "RUQ*")).why, "its second line is no signature");
  EXPECT_EQ(parse_signature(replaced(good, "RUQN", "RkQN")).why, "its algorithm is unknown");
  EXPECT_EQ(parse_signature(replaced(good, "trusted comment: a", "trusted: a")).why,
            "its third line is no trusted comment");
  EXPECT_EQ(parse_signature(replaced(good, "hfkI", "hfk")).why, "its fourth line is no signature");
  EXPECT_EQ(parse_signature(good + "more\n").why, "something stands behind its end");
}

TEST(Minisign, ReadsAPublicKeyAndTheLinesBehindIt) {
  const std::string text = test::public_key;
  const TrustedKey plain = *parse_public_key(text).value;
  EXPECT_EQ(plain.id, test::key_id);
  EXPECT_FALSE(plain.expires || plain.revoked);

  const TrustedKey key = *parse_public_key(text + "# ours\n\nexpires: 2030-12-31\nrevoked: 2026-11-24\n").value;
  EXPECT_EQ(day_text(*key.expires), "2030-12-31");
  EXPECT_EQ(day_text(*key.revoked), "2026-11-24");
  const TrustedKey twice = *parse_public_key(text + "expires: 2030-12-31\nexpires: 2029-01-01\n").value;
  EXPECT_EQ(day_text(*twice.expires), "2029-01-01");
}

TEST(Minisign, WhatItDoesNotUnderstandInAPublicKeyIsNoKey) {
  const std::string text = test::public_key;
  EXPECT_FALSE(parse_public_key("").value);
  EXPECT_FALSE(parse_public_key(replaced(text, "RWQN", "RUQN")).value);
  EXPECT_FALSE(parse_public_key(text.substr(0, text.size() - 3)).value);
  EXPECT_FALSE(parse_public_key(test::secret_key).value);
  for (const char* line :
       {"expired: 2030-01-01", "expires: soon", "expires: 2030-02-30", "revoked", "Revoked: 2020-01-01"}) {
    EXPECT_FALSE(parse_public_key(text + line + "\n").value) << line;
  }
}

TEST(Minisign, ReadsAndWritesASecretKey) {
  const auto key = parse_secret_key(test::secret_key);
  ASSERT_TRUE(key.value) << key.why;
  EXPECT_FALSE(is_encrypted(**key.value));
  EXPECT_STREQ(to_text(**key.value)->data(), test::secret_key);
  EXPECT_EQ(public_key_text((*key.value)->key.id, public_part(**key.value)), test::public_key);
}

TEST(Minisign, AnUnknownKindOfSecretKeyIsNone) {
  const std::string text = test::secret_key;
  EXPECT_FALSE(parse_secret_key(replaced(text, "RWQAAEIy", "RWRBAEIy")).value);  // another function of the password
  EXPECT_FALSE(parse_secret_key(replaced(text, "RWQAAEIy", "RWQAAEIz")).value);  // another checksum
  EXPECT_FALSE(parse_secret_key(test::public_key).value);
}

TEST(Minisign, AGeneratedKeySignsAndVerifies) {
  const auto key = new_key();
  const Signature signature = sign(test::content("some bytes"), *key, "words");
  EXPECT_TRUE(holds(signature, test::content("some bytes"), public_part(*key)));
  EXPECT_TRUE(comment_holds(signature, public_part(*key)));
  EXPECT_FALSE(holds(signature, test::content("some byteS"), public_part(*key)));
  EXPECT_FALSE(holds(signature, test::content("some bytes"), public_part(*new_key())));
}

TEST(Minisign, SignsAsMinisignDoes) {
  const auto key = parse_secret_key(test::secret_key);
  const Signature signature = sign(test::content(test::message), **key.value, "a comment");
  EXPECT_EQ(to_text(signature, "signature from minisign secret key"), test::prehashed);
}

TEST(Minisign, VerifiesContentLongerThanItsBuffer) {
  const std::string bytes(std::size_t{600} * 1024, 'x');
  const auto key = new_key();
  const Signature signature = sign(test::content(bytes), *key, "words");
  EXPECT_TRUE(holds(signature, test::content(bytes), public_part(*key)));
  EXPECT_FALSE(holds(signature, test::content(bytes + "x"), public_part(*key)));
}

/// The legacy algorithm is put together from libsodium's parts: it must say what libsodium itself says.
TEST(Minisign, LegacySignaturesAreThoseOfLibsodium) {
  const auto key = new_key();
  const KeyBytes public_key = public_part(*key);
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 262'143U, 262'144U, 262'145U, 600'000U}) {
    const std::string bytes(size, 'y');
    Signature signature;
    signature.algorithm = Algorithm::legacy;
    crypto_sign_detached(signature.bytes.data(), nullptr, reinterpret_cast<const unsigned char*>(bytes.data()), size,
                         key->key.secret.data());
    EXPECT_TRUE(holds(signature, test::content(bytes), public_key)) << size;
    EXPECT_FALSE(holds(signature, test::content(bytes + "z"), public_key)) << size;
    for (const std::size_t at : {0U, 31U, 32U, 62U, 63U}) {
      Signature other = signature;
      other.bytes.at(at) ^= 1U;
      EXPECT_FALSE(holds(other, test::content(bytes), public_key)) << size << " " << at;
    }
  }
}

/// S + L is the same number modulo L: whoever accepts it lets others change signatures.
TEST(Minisign, ALegacySignatureThatIsNotReducedDoesNotHold) {
  Signature signature = *parse_signature(test::legacy).value;
  ASSERT_TRUE(holds(signature, test::content(test::message), test::trusted_key().key));
  constexpr std::array<unsigned char, 32> order{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  sodium_add(signature.bytes.data() + 32, order.data(), order.size());
  EXPECT_FALSE(holds(signature, test::content(test::message), test::trusted_key().key));
}

TEST(Minisign, KeysOfSmallOrderSignNothing) {
  Signature signature = *parse_signature(test::legacy).value;
  KeyBytes neutral{};
  neutral[0] = 1;
  for (const KeyBytes& key : {neutral, KeyBytes{}}) {
    EXPECT_FALSE(holds(signature, test::content(test::message), key));
    EXPECT_FALSE(comment_holds(signature, key));
  }
}

}  // namespace
}  // namespace minipkg::signature
