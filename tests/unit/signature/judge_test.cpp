// SPDX-License-Identifier: MIT
#include "lib/signature/judge.hpp"

#include <gmock/gmock.h>

#include "lib/signature/check.hpp"
#include "lib/signature/crypto.hpp"
#include "minipkg/error.hpp"
#include "unit/signature/vectors.hpp"

namespace minipkg::signature {
namespace {

using testing::IsEmpty;

const Day day = *day_named("2026-11-24");

/// The reasons, one a line; "good" if there is none.
std::string judged(const char* signature, const std::string& bytes, const std::vector<TrustedKey>& keys) {
  const Verdict verdict = judge(*parse_signature(signature).value, test::content(bytes), keys, day);
  EXPECT_EQ(verdict.by.has_value(), verdict.reasons.empty());
  if (verdict.by) return "good";
  std::string text;
  for (const Reason& reason : verdict.reasons) text += reason.text + "\n";
  return text;
}

TEST(Judge, SaysWhoSigned) {
  for (const char* signature : {test::prehashed, test::legacy}) {
    const Verdict verdict =
        judge(*parse_signature(signature).value, test::content(test::message), {test::trusted_key()}, day);
    ASSERT_TRUE(verdict.by);
    EXPECT_EQ(verdict.by->key_name, "vendor");
    EXPECT_EQ(verdict.by->key_id, test::key_id);
    EXPECT_EQ(verdict.by->trusted_comment, signature == test::legacy ? "legacy" : "a comment");
  }
}

TEST(Judge, OtherBytesAreNotSigned) {
  const std::string why = "its signature by key 481252B60C97990D is not of these bytes\n";
  EXPECT_EQ(judged(test::prehashed, "hellO\n", {test::trusted_key()}), why);
  EXPECT_EQ(judged(test::legacy, "hellO\n", {test::trusted_key()}), why);
  EXPECT_EQ(judged(test::prehashed, "", {test::trusted_key()}), why);
}

TEST(Judge, AnUnknownKeyIsNotTrusted) {
  TrustedKey other = test::trusted_key();
  other.id = "0000000000000001";
  EXPECT_EQ(judged(test::prehashed, test::message, {}), "its key 481252B60C97990D is not trusted\n");
  EXPECT_EQ(judged(test::prehashed, test::message, {other}), "its key 481252B60C97990D is not trusted\n");
}

TEST(Judge, AnotherKeyWithTheSameIdIsNotTheSigner) {
  TrustedKey other = test::trusted_key();
  other.key = public_part(*new_key());
  EXPECT_NE(judged(test::prehashed, test::message, {other}), "good");
  EXPECT_EQ(judged(test::prehashed, test::message, {other, test::trusted_key()}), "good");
}

TEST(Judge, AChangedTrustedCommentIsSeen) {
  std::string text = test::prehashed;
  text.replace(text.find("a comment"), 9, "b comment");
  EXPECT_EQ(judged(text.c_str(), test::message, {test::trusted_key()}),
            "the trusted comment of its signature was changed\n");
}

TEST(Judge, AKeyExpiresOnItsDay) {
  TrustedKey key = test::trusted_key();
  key.expires = day + std::chrono::days(1);
  EXPECT_EQ(judged(test::prehashed, test::message, {key}), "good");
  key.expires = day;
  EXPECT_EQ(judged(test::prehashed, test::message, {key}), "its key vendor (481252B60C97990D) expired on 2026-11-24\n");
}

TEST(Judge, ARevokedKeyIsRefused) {
  TrustedKey key = test::trusted_key();
  key.revoked = day + std::chrono::days(100);  // the day does not matter
  EXPECT_EQ(judged(test::prehashed, test::message, {key}), "its key vendor (481252B60C97990D) was revoked\n");
}

TEST(Judge, TheStrictestOfSeveralFilesWithOneKeyHolds) {
  TrustedKey revoked = test::trusted_key(), copy = test::trusted_key(), other = test::trusted_key();
  revoked.revoked = day;
  revoked.id = "FFFFFFFFFFFFFFFF";  // it can be chosen
  copy.expires = day;
  other.key = public_part(*new_key());
  std::vector<TrustedKey> keys{copy, revoked, other};
  unite(keys);
  EXPECT_EQ(keys[0].revoked, day);
  EXPECT_EQ(keys[1].expires, day);
  EXPECT_FALSE(keys[2].revoked || keys[2].expires);
}

TEST(Judge, AllReasonsAreTold) {
  TrustedKey key = test::trusted_key();
  key.revoked = key.expires = day;
  EXPECT_EQ(judged(test::prehashed, test::message, {key}),
            "its key vendor (481252B60C97990D) was revoked\n"
            "its key vendor (481252B60C97990D) expired on 2026-11-24\n");
}

TEST(Judge, TextOfAKeyIsNeverRaw) {
  TrustedKey key = test::trusted_key();
  key.name = "a\033[31m";
  key.revoked = day;
  EXPECT_EQ(judged(test::prehashed, test::message, {key}), "its key a\\x1b[31m (481252B60C97990D) was revoked\n");
}

TEST(Judge, DigestFiles) {
  const std::string hex = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  for (const std::string& text : {hex, hex + "\n", hex + "  hello\n", hex + " *hello\n", "\\" + hex + "  a\\nb\n"}) {
    EXPECT_TRUE(parse_sha256(text)) << text;
  }
  for (const std::string& text : {std::string(), hex.substr(1), hex + "0", hex + "  a\n" + hex + "  b\n", "x" + hex}) {
    EXPECT_FALSE(parse_sha256(text)) << text;
  }
}

TEST(Judge, NothingRequiredIsNothingLookedAt) {
  EXPECT_FALSE(ask_for_anything({}));
  Requirements required;
  required.sha256 = Digest{};
  EXPECT_TRUE(ask_for_anything(required));
  EXPECT_THROW(check(test::content(test::message), required), Error);
}

TEST(Judge, Days) {
  for (const char* text : {"1970-01-01", "2024-02-29", "9999-12-31"}) EXPECT_EQ(day_text(*day_named(text)), text);
  for (const char* text :
       {"", "2023-02-29", "2023-13-01", "2023-00-10", "2023-1-10", "2023-01-1x", "20230110", "+023-01-01"}) {
    EXPECT_FALSE(day_named(text)) << text;
  }
}

}  // namespace
}  // namespace minipkg::signature
