// SPDX-License-Identifier: MIT
#include "lib/model/xattr_text.hpp"

#include <gtest/gtest.h>

#include "lib/model/rules.hpp"

using namespace minipkg;

namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

struct Known {
  const char* text;
  const char* hex;
};

}  // namespace

// The values are what setcap(8) and setfacl(1) of Debian 12 wrote, read back with getfattr -e hex.
TEST(CapsText, KnownValues) {
  const Known cases[] = {
      {"cap_net_raw=ep", "0100000200200000000000000000000000000000"},
      {"cap_net_bind_service=p", "0000000200040000000000000000000000000000"},
      {"cap_net_admin,cap_net_raw=eip", "0100000200300000003000000000000000000000"},
      {"cap_chown=ei", "0100000200000000010000000000000000000000"},
      {"cap_chown=ip cap_setuid=p", "0000000281000000010000000000000000000000"},
      {"cap_checkpoint_restore=ep", "0100000200000000000000000001000000000000"},
  };
  for (const auto& [text, hex] : cases) {
    EXPECT_EQ(caps_text(from_hex(hex)), text);
    EXPECT_EQ(caps_bytes(text), from_hex(hex)) << text;
  }
}

TEST(CapsText, OtherSpellingsMeanTheSame) {
  EXPECT_EQ(caps_bytes("cap_net_raw+ep"), caps_bytes("cap_net_raw=ep"));
  EXPECT_EQ(caps_bytes("= cap_net_raw+pe"), caps_bytes("cap_net_raw=ep"));
  EXPECT_EQ(caps_text(*caps_bytes("cap_setuid=p cap_chown+ip")), "cap_chown=ip cap_setuid=p");
}

TEST(CapsText, WhatAFileCannotHoldIsNoText) {
  EXPECT_FALSE(caps_bytes(""));
  EXPECT_FALSE(caps_bytes("nonsense"));
  EXPECT_FALSE(caps_bytes("cap_chown=p cap_setuid=ep")) << "the effective flag is one for all";
}

TEST(CapsText, OddBytes) {
  EXPECT_FALSE(are_caps(""));
  EXPECT_FALSE(are_caps(from_hex("0100000200200000")));
  EXPECT_FALSE(are_caps(from_hex("0100000300200000000000000000000000000000"))) << "revision 3 has 24 bytes";
  const std::string v3 = from_hex("010000030020000000000000000000000000000000a08601");
  EXPECT_TRUE(are_caps(v3));
  EXPECT_FALSE(caps_text(v3)) << "belongs to one user namespace: kept as bytes";
  EXPECT_FALSE(caps_text(from_hex("0100000200000000000000000000000000000000"))) << "effective, but nothing is";
  const std::string unknown_bit = from_hex("0100000200000000000000000000008000000000");
  const auto text = caps_text(unknown_bit);
  EXPECT_TRUE(!text || caps_bytes(*text) == unknown_bit) << "text is given only where it says all";
}

TEST(AclText, KnownValues) {
  const Known cases[] = {
      {"user::rw-,user:1000:r--,group::r--,mask::r--,other::r--",
       "0200000001000600ffffffff02000400e803000004000400ffffffff10000400ffffffff20000400ffffffff"},
      {"user::rwx,group::r--,group:8:rwx,group:100:--x,mask::rwx,other::---",
       "0200000001000700ffffffff04000400ffffffff080007000800000008000100640000001000"
       "0700ffffffff20000000ffffffff"},
  };
  for (const auto& [text, hex] : cases) {
    EXPECT_EQ(acl_text(from_hex(hex)), text);
    EXPECT_EQ(acl_bytes(text), from_hex(hex)) << text;
  }
  EXPECT_EQ(acl_mode(from_hex(cases[0].hex)), 0644);
  EXPECT_EQ(acl_mode(from_hex(cases[1].hex)), 0770) << "the group bits of a mode are the mask";
}

TEST(AclText, OrderAndSpellingDoNotMatter) {
  const auto wanted = acl_bytes("user::rw-,user:7:r--,user:70:rw-,group::r--,mask::rw-,other::---");
  ASSERT_TRUE(wanted);
  EXPECT_EQ(acl_bytes("other::---\nuser:70:rw-\nmask::rw-\ngroup::r--\nuser:7:r--\t#effective:r--\nuser::rw-\n"),
            wanted);
  EXPECT_EQ(acl_bytes("u::rw-,u:7:r--,u:70:rw-,g::r--,m::rw-,o::---"), wanted);
  EXPECT_EQ(acl_bytes("user::rw-,user:lisa:r--:7,user:bart:rw-:70,group::r--,mask:rw-,other:---"), wanted);
}

TEST(AclText, WhatIsNoAclIsRefused) {
  for (const char* text :
       {"", "user::rw-", "user::rw-,group::r--,other::r--,user:7:r--", "user::rw-,group::r--,other::r-",
        "user::rw-,user:lisa:r--,group::r--,mask::r--,other::r--", "user::rw-,user::r--,group::r--,other::r--",
        "user::rwz,group::r--,other::r--", "user::rw-,user:7:r--,user:7:rw-,group::r--,mask::rw-,other::---",
        "user::rw-,user:4294967295:r--,group::r--,mask::rw-,other::---", "chair::rw-,group::r--,other::r--",
        "user::rw-,group::r--,other:7:r--"}) {
    EXPECT_FALSE(acl_bytes(text)) << text;
  }
  EXPECT_FALSE(acl_text(""));
  EXPECT_FALSE(acl_text(from_hex("02000000")));
  EXPECT_FALSE(acl_text(from_hex("0100000001000600ffffffff04000400ffffffff20000400ffffffff"))) << "version 1";
  EXPECT_FALSE(acl_text(from_hex("0200000004000400ffffffff01000600ffffffff20000400ffffffff"))) << "order";
  EXPECT_FALSE(acl_text(from_hex("0200000001000f00ffffffff04000400ffffffff20000400ffffffff"))) << "permissions";
}

TEST(AclText, Pairs) {
  const std::string text =
      "user::rwx,user:7:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---";
  const auto pair = acl_pair_bytes(text);
  ASSERT_TRUE(pair);
  EXPECT_EQ(acl_pair_text(*pair), text);
  EXPECT_FALSE(pair->inherited.empty());
  EXPECT_FALSE(acl_pair_bytes(""));
  EXPECT_FALSE(acl_pair_bytes("default:user::rwx"));
}

TEST(AclText, MinimalOnesSayNoMoreThanTheMode) {
  EXPECT_TRUE(is_minimal_acl(*acl_bytes("user::rwx,group::r-x,other::---")));
  EXPECT_FALSE(is_minimal_acl(*acl_bytes("user::rwx,group::r-x,mask::r-x,other::---")));
}
