// SPDX-License-Identifier: MIT
#include "lib/archive/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "minipkg/error.hpp"

using namespace minipkg;
using namespace minipkg::archive;
using testing::HasSubstr;

namespace {

class NoMembers : public MemberSource {
 public:
  NoMembers() : MemberSource("x.tar") {}
  const TarMember* next() override { return nullptr; }
  std::optional<Chunk> read() override { return {}; }
};

TarMember of_size(std::uint64_t number, std::uint64_t size) {
  TarMember member(number, "f");
  member.size = size;
  return member;
}

std::string refusal(const ReadLimits& limits, const std::vector<TarMember>& members) {
  const NoMembers source;
  Tally tally(source, limits);
  try {
    for (const TarMember& member : members) tally.add(member);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_package);
    return std::string(error.what()) + " | " + error.hint();
  }
  return {};
}

}  // namespace

TEST(ReadLimits, SizesAddUp) {
  ReadLimits limits;
  limits.unpacked = 10;
  EXPECT_EQ(refusal(limits, {of_size(1, 4), of_size(2, 6)}), "");
  EXPECT_THAT(refusal(limits, {of_size(1, 4), of_size(2, 7)}), HasSubstr("'x.tar': member 2 'f' makes the archive"));
  EXPECT_THAT(refusal(limits, {of_size(1, 4), of_size(2, ~std::uint64_t{0})}), HasSubstr("--limit unpacked="));
}

TEST(ReadLimits, EntriesAreCounted) {
  ReadLimits limits;
  limits.entries = 2;
  EXPECT_EQ(refusal(limits, {of_size(1, 0), of_size(2, 0)}), "");
  EXPECT_THAT(refusal(limits, {of_size(1, 0), of_size(2, 0), of_size(3, 0)}), HasSubstr("--limit entries="));
}
