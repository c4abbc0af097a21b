// SPDX-License-Identifier: MIT
#include "lib/archive/member_wire.hpp"

#include <gtest/gtest.h>

using namespace minipkg;
using namespace minipkg::archive;

namespace {

TarMember a_member() {
  TarMember member(7, "usr/bin/x");
  member.type = FileType::block;
  member.mode = 04755;
  member.owner = {"daemon", "", 1, 2};
  member.size = 1ULL << 40U;
  member.mtime = -5;
  member.link = "elsewhere";
  member.dev_major = 8;
  member.dev_minor = 1;
  member.xattrs = {{"user.a", std::string("\0b", 2)}, {"user.empty", ""}};
  return member;
}

}  // namespace

TEST(MemberWire, AMemberComesOutAsItWentIn) {
  EXPECT_EQ(decode_member(encode(a_member())), a_member());
  EXPECT_EQ(decode_member(encode(TarMember(1))), TarMember(1));
}

TEST(MemberWire, EveryTruncationIsSeen) {
  const std::string bytes = encode(a_member());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_member(std::span(bytes).first(size))) << size;
  }
  EXPECT_FALSE(decode_member(bytes + "x"));
}

TEST(MemberWire, WhatNoArchiveHoldsIsNoMember) {
  TarMember socket = a_member();
  socket.type = FileType::socket;
  EXPECT_FALSE(decode_member(encode(socket)));
  TarMember mode = a_member();
  mode.mode = 010000;
  EXPECT_FALSE(decode_member(encode(mode)));
  std::string type = encode(a_member());
  type[0] = '\xFF';
  EXPECT_FALSE(decode_member(type));
}

TEST(MemberWire, LengthsThatLieAllocateNothing) {
  std::string bytes = encode(a_member());
  bytes.replace(1 + sizeof(std::uint64_t), 4, "\xFF\xFF\xFF\xFF", 4);  // of the name
  EXPECT_FALSE(decode_member(bytes));
}

TEST(MemberWire, ARefusalComesOutAsItWentIn) {
  const auto refusal = decode_refusal(encode(Refusal{ErrorKind::permission, "cannot read 'x'", "try"}));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind, ErrorKind::permission);
  EXPECT_EQ(refusal->message, "cannot read 'x'");
  EXPECT_EQ(refusal->hint, "try");
  EXPECT_FALSE(decode_refusal(std::string_view("\xFF\0\0\0\0\0\0\0\0", 9)));
  EXPECT_FALSE(decode_refusal(std::string_view("x")));
}
