// SPDX-License-Identifier: MIT
#include "lib/foreign/rpm_header.hpp"

#include <gmock/gmock.h>

#include <random>

namespace minipkg::foreign {
namespace {

std::string big_endian(std::uint32_t number) {
  return {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U), static_cast<char>(number >> 8U),
          static_cast<char>(number)};
}

/// Writes a header as rpm does.
class Writer {
 public:
  Writer& text(std::uint32_t tag, const std::string& value) { return add(tag, 6, 1, value + '\0'); }
  Writer& texts(std::uint32_t tag, const std::vector<std::string>& values) {
    std::string bytes;
    for (const std::string& value : values) bytes += value + '\0';
    return add(tag, 8, static_cast<std::uint32_t>(values.size()), bytes);
  }
  Writer& numbers(std::uint32_t tag, const std::vector<std::uint32_t>& values) {
    std::string bytes;
    for (const std::uint32_t value : values) bytes += big_endian(value);
    return add(tag, 4, static_cast<std::uint32_t>(values.size()), bytes);
  }
  Writer& add(std::uint32_t tag, std::uint32_t type, std::uint32_t count, const std::string& bytes) {
    index_ +=
        big_endian(tag) + big_endian(type) + big_endian(static_cast<std::uint32_t>(data_.size())) + big_endian(count);
    data_ += bytes;
    return *this;
  }
  std::string bytes() const {
    return big_endian(static_cast<std::uint32_t>(index_.size() / 16)) +
           big_endian(static_cast<std::uint32_t>(data_.size())) + index_ + data_;
  }

 private:
  std::string index_, data_;
};

Writer named() { return Writer().text(1000, "demo").text(1001, "1.2").text(1002, "3.fc40"); }

std::string demo() {
  return named()
      .numbers(1003, {7})
      .add(5000, 9, 1, std::string("not wanted\0", 11))
      .numbers(1116, {1, 0, 9})
      .texts(1117, {"b.so", "a", "c"})
      .texts(1118, {"/opt/", "/usr/lib/"})
      .bytes();
}

TEST(RpmHeader, NamesFilesByDirectoryAndBaseName) {
  const std::string bytes = demo();
  const auto header = parse_rpm_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->package, "demo");
  EXPECT_EQ(header->version, "7:1.2-3.fc40");
  EXPECT_EQ(header->path(0), "/usr/lib/b.so");
  EXPECT_EQ(header->path(1), "/opt/a");
  EXPECT_EQ(header->path(2), std::nullopt);  // there is no directory 9
  EXPECT_EQ(header->path(3), std::nullopt);
}

TEST(RpmHeader, WithoutFilesAndEpoch) {
  const std::string bytes = named().bytes();
  const auto header = parse_rpm_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, "1.2-3.fc40");
  EXPECT_EQ(header->path(0), std::nullopt);
}

TEST(RpmHeader, CutShortIsRefused) {
  const std::string bytes = demo();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_rpm_header(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(RpmHeader, WhatLeadsOutOfItIsRefused) {
  const auto with = [](std::uint32_t tag, std::uint32_t type, std::uint32_t count, const std::string& bytes) {
    return parse_rpm_header(named().add(tag, type, count, bytes).bytes());
  };
  EXPECT_FALSE(with(1117, 8, 0xFFFFFFFF, std::string("a\0", 2)));
  EXPECT_FALSE(with(1117, 8, 2, std::string("a\0b", 3)));
  EXPECT_FALSE(with(1116, 4, 0x40000001, std::string(8, '\0')));
  EXPECT_FALSE(with(1116, 8, 1, std::string(8, '\0')));  // strings where numbers belong
  EXPECT_FALSE(with(1117, 4, 1, std::string(8, '\0')));
  EXPECT_FALSE(parse_rpm_header(big_endian(0xFFFFFFFF) + big_endian(0xFFFFFFFF) + std::string(64, 'x')));
  EXPECT_FALSE(parse_rpm_header(Writer().text(1000, "nameless").bytes()));
}

TEST(RpmHeader, TurnedBitsHarmNobody) {
  const std::string good = demo();
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string bad = good;
    for (int n = 0; n < 3; ++n) bad[random() % bad.size()] = static_cast<char>(random());
    const auto header = parse_rpm_header(bad);
    for (std::uint64_t file = 0; header && file < 4; ++file)
      EXPECT_LE(header->path(file).value_or("").size(), bad.size());
  }
}

}  // namespace
}  // namespace minipkg::foreign
