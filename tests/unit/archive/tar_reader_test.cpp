// SPDX-License-Identifier: MIT
#include "lib/archive/tar_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>

#include "lib/archive/member_data.hpp"
#include "lib/base/digest.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/error.hpp"
#include "support/tar.hpp"

using namespace minipkg;
using namespace minipkg::archive;
using namespace minipkg::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Gives out a text in pieces of one size, so that blocks lie across their borders.
class TextSource : public ByteSource {
 public:
  TextSource(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  std::span<const char> next() override {
    current_ = text_.substr(std::min(position_, text_.size()), piece_);
    position_ += current_.size();
    return {current_.data(), current_.size()};
  }

 private:
  std::string text_, current_;
  std::size_t piece_, position_ = 0;
};

struct Read {
  TarMember member;
  std::string data;
};

std::vector<Read> read_all(const std::string& tar, std::size_t piece = 1 << 20) {
  TarReader reader(std::make_unique<TextSource>(tar, piece), "x.tar");
  std::vector<Read> all;
  while (const TarMember* member = reader.next()) {
    const TarMember copy = *member;
    all.push_back({copy, read_text(reader, 1 << 20)});
  }
  return all;
}

Read read_one(const std::string& members) {
  std::vector<Read> all = read_all(members + tar_end());
  EXPECT_EQ(all.size(), 1U);
  return all.at(0);
}

std::string refusal(const std::string& tar) {
  try {
    read_all(tar);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_package);
    return error.what();
  }
  return "accepted";
}

std::string octal(std::uint64_t value) { return fmt::format("{:011o}", value) + std::string(1, '\0'); }

}  // namespace

TEST(TarReader, PiecesOfAnySizeGiveTheSame) {
  const std::string tar =
      tar_file("a", std::string(700, 'a')) + pax_header(pax_record("path", "b")) + tar_file("x", "bb") + tar_end();
  for (const std::size_t piece : {1U, 7U, 511U, 512U, 513U, 100000U}) {
    const std::vector<Read> all = read_all(tar, piece);
    ASSERT_EQ(all.size(), 2U) << piece;
    EXPECT_EQ(all[0].data, std::string(700, 'a'));
    EXPECT_EQ(all[1].member.name, "b");
    EXPECT_EQ(all[1].data, "bb");
    EXPECT_EQ(all[1].member.number, 2U);
  }
}

TEST(TarReader, UnreadDataIsPassedOver) {
  TarReader reader(std::make_unique<TextSource>(tar_file("a", std::string(2000, 'a')) + tar_file("b") + tar_end(), 100),
                   "x");
  EXPECT_EQ(reader.next()->name, "a");
  EXPECT_EQ(reader.next()->name, "b");
  EXPECT_EQ(reader.next(), nullptr);
  EXPECT_EQ(reader.next(), nullptr);
}

TEST(TarReader, UstarPrefix) {
  const std::string prefix(155, 'p');
  EXPECT_EQ(read_one(tar_member({.name = "n", .prefix = prefix})).member.name, prefix + "/n");
  EXPECT_EQ(read_one(tar_member({.name = std::string(100, 'n')})).member.name, std::string(100, 'n'));
}

TEST(TarReader, StarHasAShorterPrefixWithTimesBehindIt) {
  const auto star = [](const std::string& prefix) {
    return tar_member({.name = "n",
                       .prefix = prefix,
                       .raw = {{475, std::string(1, '\0')},
                               {476, "14512345671 "},
                               {488, "14512345671 "},
                               {508, std::string("tar\0", 4)}}});
  };
  EXPECT_EQ(read_one(star("dir")).member.name, "dir/n");
  EXPECT_EQ(read_one(star(std::string(130, 'p'))).member.name, std::string(130, 'p') + "/n");
}

TEST(TarReader, V7) {
  const auto v7 = [](char type, const std::string& name) {
    return tar_member({.name = name, .type = type, .magic = ""});
  };
  EXPECT_EQ(read_one(v7('\0', "f")).member.type, FileType::regular);
  EXPECT_EQ(read_one(v7('\0', "d/")).member.type, FileType::directory);
  EXPECT_EQ(read_one(v7('\0', "f")).member.owner.user, "");
}

TEST(TarReader, GnuLongNames) {
  const std::string name(300, 'n');
  const std::string link(400, 'l');
  const auto longer = [](char type, const std::string& text) {
    return tar_member({.name = "././@LongLink", .type = type, .magic = gnu_magic}, text + std::string(1, '\0'));
  };
  const Read read = read_one(longer('K', link) + longer('L', name) +
                             tar_member({.name = "n", .type = '2', .link = "l", .magic = gnu_magic}));
  EXPECT_EQ(read.member.name, name);
  EXPECT_EQ(read.member.link, link);
  EXPECT_THAT(refusal(longer('L', name) + longer('L', name) + tar_file("x")), HasSubstr("two long names"));
  EXPECT_THAT(refusal(longer('L', std::string("a\0b", 3)) + tar_file("x")), HasSubstr("NUL byte"));
  EXPECT_THAT(refusal(longer('L', name) + tar_end()), HasSubstr("member 1 '" + name + "' is damaged"));
  EXPECT_THAT(refusal(longer('L', name) + pax_header(pax_record("path", "y")) + tar_file("x")),
              HasSubstr("has two names, one by pax and one by GNU"));
}

TEST(TarReader, NumbersInBase256) {
  const auto mtime = [](const std::string& field) {
    return read_one(tar_member({.name = "x", .mtime = field})).member.mtime;
  };
  EXPECT_EQ(mtime(std::string("\x80\0\0\0\0\0\0\1\0\0\0\0", 12)), std::int64_t{1} << 32);
  EXPECT_EQ(mtime(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFB", 12)), -5);
  EXPECT_EQ(read_one(tar_member({.name = "x", .uid = std::string("\x80\0\0\0\0\x2F\0\0", 8)})).member.owner.uid,
            0x2F0000U);
  EXPECT_THAT(refusal(tar_member({.name = "x", .mtime = std::string("\x80\1\0\0\0\0\0\0\0\0\0\0", 12)})),
              HasSubstr("its time is no number"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .mtime = std::string("\x80\0\0\0\x80\0\0\0\0\0\0\0", 12)})),
              HasSubstr("its time is no number"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .uid = std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8)})),
              HasSubstr("its uid is no number"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .uid = std::string("\x80\0\0\0\xFF\xFF\xFF\xFF", 8)})),
              HasSubstr("out of range"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .uid = "00000x0"})),
              HasSubstr("member 1 'x' has a damaged header: its uid is no number"));
  EXPECT_THAT(refusal(tar_file("a") + tar_member({.name = "x", .uid = "00000x0"})), HasSubstr("its uid is no number"));
}

TEST(TarReader, PaxRecordsWin) {
  const Read read = read_one(
      pax_header(pax_record("path", "long/name") + pax_record("uid", "70000") + pax_record("gid", "4294967294") +
                 pax_record("uname", "lisa") + pax_record("gname", "staff") + pax_record("mtime", "-1.5") +
                 pax_record("size", "4") + pax_record("comment", "c") + pax_record("atime", "1.25")) +
      tar_member({.name = "x", .size = 4}) + padded("data"));
  EXPECT_EQ(read.member.name, "long/name");
  EXPECT_EQ(read.member.owner, (Owner{"lisa", "staff", 70000, 4294967294U}));
  EXPECT_EQ(read.member.mtime, -2);
  EXPECT_EQ(read.data, "data");
}

TEST(TarReader, GlobalPaxHeadersMayOnlyComment) {
  EXPECT_EQ(read_one(pax_header(pax_record("comment", "c"), 'g') + tar_file("x")).member.name, "x");
  for (const char* key :
       {"uname", "mtime", "path", "linkpath", "size", "GNU.sparse.map", "SCHILY.xattr.user.a", "SCHILY.acl.access"}) {
    EXPECT_THAT(refusal(pax_header(pax_record(key, "1"), 'g') + tar_file("x") + tar_end()),
                HasSubstr("global pax header"))
        << key;
  }
}

TEST(TarReader, NamesThatAreNotUtf8Survive) {
  EXPECT_EQ(read_one(tar_file("caf\xE9")).member.name, "caf\xE9");
  EXPECT_EQ(read_one(pax_header(pax_record("path", "caf\xE9")) + tar_file("x")).member.name, "caf\xE9");
  EXPECT_EQ(read_one(pax_header(pax_record("hdrcharset", "BINARY") + pax_record("path", "caf\xE9")) + tar_file("x"))
                .member.name,
            "caf\xE9");
}

TEST(TarReader, AttributesInAllSpellings) {
  const std::string acl = "user::rw-,user:lisa:r--:7,group::r--,mask::r--,other::r--";
  const Xattrs xattrs =
      read_one(pax_header(pax_record("SCHILY.xattr.user.a", std::string("\0\n=", 3)) +
                          pax_record("LIBARCHIVE.xattr.user.a", "AAo9") +
                          pax_record("LIBARCHIVE.xattr.user.b%20c", "YWI") + pax_record("SCHILY.acl.access", acl) +
                          pax_record("RHT.security.selinux", "label")) +
               tar_file("x"))
          .member.xattrs;
  EXPECT_EQ(xattrs, (Xattrs{{"user.a", std::string("\0\n=", 3)},
                            {"user.b c", "ab"},
                            {"security.selinux", "label"},
                            {"system.posix_acl_access", *acl_bytes(acl)}}));
  EXPECT_THAT(
      refusal(pax_header(pax_record("SCHILY.xattr.user.a", "1") + pax_record("LIBARCHIVE.xattr.user.a", "AAo9")) +
              tar_file("x")),
      HasSubstr("two values for the attribute 'user.a'"));
  EXPECT_THAT(refusal(pax_header(pax_record("SCHILY.acl.access", "user:lisa:rwx")) + tar_file("x")),
              HasSubstr("an ACL that cannot"));
  EXPECT_THAT(refusal(pax_header(pax_record("SCHILY.acl.ace", "x")) + tar_file("x")),
              HasSubstr("'SCHILY.acl.ace', which is not supported"));
}

TEST(TarReader, DamagedPaxHeadersAreRefused) {
  const std::string cases[] = {
      "x",        "5",       "12",      "4 a=",    "9 a=b\n", "6 a=bc",       "99999999999999999999 a=b\n",
      "-6 a=b\n", "6 =ab\n", "6 abc\n", "0 a=b\n", "3 a=b\n", "7 a=b\n\n\n\n"};
  for (const std::string& body : cases)
    EXPECT_THAT(refusal(pax_header(body) + tar_file("x") + tar_end()),
                HasSubstr("member 1 'x' has a malformed pax header"))
        << body;
  const std::pair<std::string, const char*> values[] = {
      {pax_record("path", "a") + pax_record("path", "b"), "has two pax records 'path'"},
      {pax_record("path", std::string("a\0b", 3)), "NUL byte"},
      {pax_record("uid", "-1"), "'uid' that is no number"},
      {pax_record("uid", "4294967295"), "uid 4294967295, which is out of range"},
      {pax_record("size", "1x"), "'size' that is no number"},
      {pax_record("size", "9223372036854775807"), "size attribute overflow"},
      {pax_record("size", "5"), "contradicts its header"},
      {pax_record("hdrcharset", "EBCDIC"), "a charset that is not supported"},
      {pax_record("GNU.volume.offset", "512"), "not supported"},
      {pax_record("mtime", "soon"), "no time"},
      {pax_record("mtime", "1.x"), "no time"},
      {pax_record("mtime", "99999999999999999999"), "no time"},
      {pax_record("SCHILY.realsize", "5"), "not supported"},
      {pax_record("SUN.holesdata", " 0 5"), "not supported"},
  };
  for (const auto& [records, why] : values)
    EXPECT_THAT(refusal(pax_header(records) + tar_file("x") + tar_end()), HasSubstr(why));
  EXPECT_THAT(refusal(pax_header(pax_record("a", "b")) + pax_header(pax_record("c", "d")) + tar_file("x")),
              HasSubstr("member 1 'x' has two pax headers"));
  EXPECT_THAT(refusal(pax_header(pax_record("a", "b")) + tar_end()), HasSubstr("member 1 is damaged"));
  EXPECT_THAT(refusal(tar_member({.name = "pax", .type = 'x', .size = 1U << 30})), HasSubstr("too large"));
}

TEST(TarReader, UnknownTypesAreRefused) {
  for (const char type : {'D', 'I', 'M', 'N', 'S', '8', '9', 'z'}) {
    EXPECT_THAT(refusal(tar_member({.name = "x", .type = type}) + tar_end()),
                HasSubstr("member 1 'x' is of the unknown type"))
        << type;
  }
  for (const char type : {'A', 'V', 'X', '\x01', '\xFF'}) {
    const std::string unknown = tar_member({.name = "x", .type = type});
    EXPECT_NE(refusal(unknown + tar_end()), "accepted") << type;
    EXPECT_NE(refusal(tar_file("a") + unknown + tar_file("b") + tar_end()), "accepted") << type;
  }
  EXPECT_EQ(read_one(tar_member({.name = "x", .type = '7'})).member.type, FileType::regular) << "contiguous is regular";
}

TEST(TarReader, WhatContradictsItselfIsRefused) {
  EXPECT_THAT(refusal(tar_file("x/")), HasSubstr("ends in a slash, but is a regular file"));
  EXPECT_THAT(refusal(tar_link('2', "x/", "y")), HasSubstr("ends in a slash, but is a symlink"));
  for (const char type : {'1', '2', '3', '4', '5', '6'}) {
    EXPECT_THAT(refusal(tar_member({.name = "x", .type = type, .link = "y"}, "data") + tar_end()),
                HasSubstr("carries data, but is no regular file"))
        << type;
  }
  EXPECT_THAT(refusal(tar_member({.name = ""})), HasSubstr("member 1 has no name"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .mode = 0777777})), HasSubstr("mode that is out of range"));
}

TEST(TarReader, TheEndMustBeWhatItShouldBe) {
  const std::string one = tar_file("x", "data");
  const std::string zeros(512, '\0');
  EXPECT_EQ(refusal(one + tar_end()), "accepted");
  EXPECT_EQ(refusal(one + tar_end() + zeros + zeros), "accepted") << "filled up to a record";
  EXPECT_THAT(refusal(one), HasSubstr("truncated, its end mark is missing"));
  EXPECT_THAT(refusal(one + zeros), HasSubstr("truncated, its end mark is incomplete"));
  EXPECT_THAT(refusal(one + zeros + one + tar_end()), HasSubstr("goes on behind its end mark"));
  EXPECT_THAT(refusal(one + tar_end() + one + tar_end()), HasSubstr("goes on behind its end mark"));
  EXPECT_THAT(refusal(one + tar_end() + "x"), HasSubstr("goes on behind its end mark"));
  EXPECT_THAT(refusal(one + tar_end() + std::string(1, '\0')), HasSubstr("part of a block"));
  EXPECT_THAT(refusal(one.substr(0, 700)), HasSubstr("truncated, it ends in member 1 'x'"));
}

TEST(TarReader, DamagedHeadersAreRefused) {
  EXPECT_THAT(refusal(tar_file("a") + tar_member({.name = "x", .good_checksum = false})),
              HasSubstr("member 2 'x' has a damaged header (wrong checksum)"));
  EXPECT_THAT(refusal(tar_member({.name = "x", .good_checksum = false})), HasSubstr("not a tar archive"));
  EXPECT_THAT(refusal(std::string("PK\3\4", 4) + std::string(600, 'x')), HasSubstr("a zip archive, not a tar archive"));
}

namespace {

/// What the sparse file of the tests below holds: "one" at 1000, "two" at 5000, 6000 bytes in all.
std::string sparse_content() {
  std::string content(6000, '\0');
  content.replace(1000, 3, "one");
  content.replace(5000, 3, "two");
  return content;
}

std::string pax_sparse(const std::string& records, const std::string& data) {
  return pax_header(records) + tar_file("GNUSparseFile.0/s", data);
}

}  // namespace

TEST(TarReader, SparseInAllVersions) {
  const std::string pax_00 = pax_sparse(
      pax_record("GNU.sparse.size", "6000") + pax_record("GNU.sparse.numblocks", "3") +
          pax_record("GNU.sparse.offset", "1000") + pax_record("GNU.sparse.numbytes", "3") +
          pax_record("GNU.sparse.offset", "5000") + pax_record("GNU.sparse.numbytes", "3") +
          pax_record("GNU.sparse.offset", "6000") + pax_record("GNU.sparse.numbytes", "0") + pax_record("path", "s"),
      "onetwo");
  const std::string pax_01 =
      pax_sparse(pax_record("GNU.sparse.size", "6000") + pax_record("GNU.sparse.numblocks", "3") +
                     pax_record("GNU.sparse.name", "s") + pax_record("GNU.sparse.map", "1000,3,5000,3,6000,0"),
                 "onetwo");
  const std::string pax_10 =
      pax_sparse(pax_record("GNU.sparse.major", "1") + pax_record("GNU.sparse.minor", "0") +
                     pax_record("GNU.sparse.name", "s") + pax_record("GNU.sparse.realsize", "6000"),
                 padded("3\n1000\n3\n5000\n3\n6000\n0\n") + "onetwo");
  const std::string gnu = tar_member(
      {.name = "s",
       .type = 'S',
       .magic = gnu_magic,
       .raw = {{386, octal(1000) + octal(3) + octal(5000) + octal(3) + octal(6000) + octal(0)}, {483, octal(6000)}}},
      "onetwo");
  const std::string gnu_extended = tar_member({.name = "s",
                                               .type = 'S',
                                               .size = 6,
                                               .magic = gnu_magic,
                                               .raw = {{386, octal(1000) + octal(3) + octal(5000) + octal(1) +
                                                                 octal(5001) + octal(1) + octal(5002) + octal(1)},
                                                       {482, "\1"},
                                                       {483, octal(6000)}}}) +
                                   padded(octal(6000) + octal(0)) + padded("onetwo");
  for (const std::string& tar : {pax_00, pax_01, pax_10, gnu, gnu_extended}) {
    const Read read = read_one(tar);
    EXPECT_EQ(read.member.name, "s");
    EXPECT_EQ(read.member.size, 6000U);
    EXPECT_EQ(read.data, sparse_content());
  }
}

TEST(TarReader, HolesAreHashedAsZeros) {
  const std::string tar = pax_sparse(pax_record("GNU.sparse.size", "6000") + pax_record("GNU.sparse.numblocks", "3") +
                                         pax_record("GNU.sparse.map", "1000,3,5000,3,6000,0"),
                                     "onetwo") +
                          tar_end();
  TarReader reader(std::make_unique<TextSource>(tar, 10000), "x");
  reader.next();
  EXPECT_EQ(hash_data(reader), sha256(sparse_content()));
}

TEST(TarReader, SparseMapsThatLieAreRefused) {
  const auto map = [](const std::string& text, const std::string& count = "3", const std::string& size = "6000") {
    return refusal(pax_sparse(pax_record("GNU.sparse.size", size) + pax_record("GNU.sparse.numblocks", count) +
                                  pax_record("GNU.sparse.map", text),
                              "onetwo") +
                   tar_end());
  };
  constexpr const char* no_list = "has a sparse map that is no list of numbers";
  EXPECT_EQ(map("1000,3,5000,3,6000,0"), "accepted");
  EXPECT_EQ(map("1000,3,5997,3", "2"), "accepted");
  EXPECT_THAT(map("5000,3,1000,3,6000,0"), HasSubstr("goes back or beyond"));
  EXPECT_THAT(map("1000,3,1002,3,6000,0"), HasSubstr("goes back or beyond"));
  EXPECT_THAT(map("1000,3,5998,3", "2"), HasSubstr("goes back or beyond"));
  EXPECT_THAT(map("1000,3,18446744073709551615,3"), HasSubstr(no_list));
  EXPECT_THAT(map("1000,3,6000,0", "2"), HasSubstr("does not fit its data"));
  EXPECT_THAT(map("1000,3,5000,4,6000,0"), HasSubstr("does not fit its data"));
  EXPECT_THAT(map("1000,3,5000,3", "2"), HasSubstr("ends before the file does"));
  EXPECT_THAT(map("1000,3,5000,3,6000,0", "4"), HasSubstr("another length than announced"));
  for (const char* text : {"1000,3,5000", "1000,x", "1000,,3", ",", "-1,3"}) EXPECT_THAT(map(text), HasSubstr(no_list));
  EXPECT_THAT(map("1000,3,5000,3,6000,0", "3", "18446744073709551615"), HasSubstr(no_list));
  EXPECT_THAT(map("1000,3,5000,3,1000000000000,0", "3", "1000000000000"), HasSubstr("out of all proportion"));
  const auto in_data = [](const std::string& data) {
    return refusal(pax_sparse(pax_record("GNU.sparse.major", "1") + pax_record("GNU.sparse.minor", "0") +
                                  pax_record("GNU.sparse.name", "s") + pax_record("GNU.sparse.realsize", "6000"),
                              data) +
                   tar_end());
  };
  EXPECT_THAT(in_data(padded("2\n1000\n3\n5000\n") + "onetwo"), HasSubstr("is damaged"));
  EXPECT_THAT(in_data(padded("99999999999\n")), HasSubstr("is damaged"));
  for (const char* text : {"x\n", "#x\n", "\n"}) EXPECT_NE(in_data(padded(text)), "accepted") << text;
  EXPECT_THAT(in_data("2\n"), HasSubstr("is damaged"));
}

TEST(TarReader, RecordsOfASparseMapBelongTogether) {
  constexpr const char* mixed = "has records of a sparse map that do not belong together";
  const auto with = [](const std::string& records) {
    return refusal(pax_header(records) + tar_file("x", "a") + tar_end());
  };
  for (const char* key : {"size", "map", "numbytes", "offset", "numblocks", "name", "realsize", "major", "else"})
    EXPECT_THAT(with(pax_record(std::string("GNU.sparse.") + key, "1")), HasSubstr(mixed)) << key;
  EXPECT_THAT(with(pax_record("GNU.sparse.major", "2") + pax_record("GNU.sparse.minor", "0") +
                   pax_record("GNU.sparse.name", "s") + pax_record("GNU.sparse.realsize", "1")),
              HasSubstr(mixed));
  const std::string whole = pax_record("GNU.sparse.size", "1") + pax_record("GNU.sparse.numblocks", "1");
  EXPECT_EQ(with(whole + pax_record("GNU.sparse.map", "0,1")), "accepted");
  EXPECT_THAT(with(whole + pax_record("GNU.sparse.numbytes", "1") + pax_record("GNU.sparse.offset", "0")),
              HasSubstr(mixed));
  EXPECT_THAT(refusal(pax_header(whole + pax_record("GNU.sparse.map", "0,1")) + tar_directory("x") + tar_end()),
              HasSubstr("Non-regular file cannot be sparse"));
}

TEST(TarReader, TheLocaleChangesNoName) {
  const std::string decomposed = "cafe\xCC\x81";  // what libarchive would compose in a UTF-8 locale
  ASSERT_NE(std::setlocale(LC_ALL, "C.UTF-8"), nullptr);
  const Read read = read_one(pax_header(pax_record("path", decomposed) + pax_record("linkpath", "caf\xE9")) +
                             tar_link('2', "x", "y"));
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(read.member.name, decomposed);
  EXPECT_EQ(read.member.link, "caf\xE9");
}

TEST(TarReader, ANameThatIsNotAsciiHidesNoOtherFault) {
  for (const std::string& fault : {pax_record("SCHILY.acl.access", "nonsense"), pax_record("SUN.holesdata", "x"),
                                   pax_record("GNU.sparse.map", "x"), pax_record("uid", "x")}) {
    EXPECT_NE(refusal(pax_header(pax_record("path", "caf\xE9") + fault) + tar_file("x", "data") + tar_end()),
              "accepted")
        << fault;
  }
}

TEST(TarReader, TheModeIsThatOfTheHeaderNotOfTheAcl) {
  const std::string acl = "user::rwx,user:lisa:r--:7,group::---,mask::r--,other::---";
  EXPECT_EQ(
      read_one(pax_header(pax_record("SCHILY.acl.access", acl)) + tar_member({.name = "x", .mode = 0740})).member.mode,
      0740);
}

TEST(TarReader, DataMustBeWhatWasDeclared) {
  EXPECT_THAT(refusal(pax_header(pax_record("size", "4")) + tar_directory("d") + padded("data") + tar_end()),
              HasSubstr("contradicts its header"));
  const TarHeaderBlock real_size{.name = "x", .magic = gnu_magic, .raw = {{483, octal(6000)}}};
  EXPECT_THAT(refusal(tar_member(real_size, "data") + tar_end()), HasSubstr("does not fit its data"));
  EXPECT_THAT(refusal(pax_header(pax_record("GNU.sparse.size", "1024") + pax_record("GNU.sparse.numblocks", "2") +
                                 pax_record("GNU.sparse.map", "0,512,1024,0")) +
                      tar_file("x", std::string(1024, 'x')) + tar_end()),
              HasSubstr("does not fit its data"));
}
