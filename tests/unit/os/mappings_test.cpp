// SPDX-License-Identifier: MIT
#include "lib/os/mappings.hpp"

#include <gmock/gmock.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "unit/restart/playground.hpp"

namespace minipkg::os {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::optional<Mapping> parsed(const std::string& name) {
  return parse_maps_line("7f0a1000-7f0a3000 r-xp 00001000 fe:10 1234                       " + name);
}

TEST(ParseMapsLine, Fields) {
  const Mapping expected{0x7f0a1000, 0x7f0a3000, makedev(0xfe, 0x10), 1234, true};
  EXPECT_EQ(parsed("/usr/lib/x.so"), expected);
}

TEST(ParseMapsLine, HostileNamesChangeNothing) {
  const auto plain = parsed("/x");
  ASSERT_TRUE(plain);
  for (const char* name : {"/a b", "/a\\012b", "/55d0-55d1 rw-p 0 00:00 99 /fake", "/\x1b[31m", "/\xff\xfe",
                           " /leading space", "", "//deleted"}) {
    EXPECT_EQ(parsed(name), plain) << name;
  }
}

TEST(ParseMapsLine, NameThatWasTakenAway) {
  EXPECT_TRUE(parsed("/a (deleted)")->name_gone);
  EXPECT_TRUE(parsed("/a (deleted) (deleted)")->name_gone);
  for (const char* name : {"/a", "/a(deleted)", "/a (deleted) ", "/a (deleted)/b"}) {
    EXPECT_FALSE(parsed(name)->name_gone) << name;
  }
}

TEST(ParseMapsLine, NothingForWhatNoFileBacks) {
  EXPECT_FALSE(parse_maps_line("55d0-55d1 rw-p 00000000 00:00 0                          [heap]"));
  EXPECT_FALSE(parse_maps_line("55d0-55d1 rw-p 00000000 00:00 0 "));
}

TEST(ParseMapsLine, NothingForOtherText) {
  for (const char* line : {"", "-", "1-2", "1-2 r-x", "1-2 r-xp", "x-2 r-xp 0 0:0 1", "1-2 r-xp 0 0:0",
                           "1-2 r-xp 0 00 1 /x", "1-2 r-xp 0 0:0 1x", "1 r-xp 0 0:0 1"}) {
    EXPECT_FALSE(parse_maps_line(line)) << line;
  }
}

/// Both ways, or nothing where the kernel has no ioctl.
std::optional<std::pair<std::vector<Mapping>, std::vector<Mapping>>> both_ways(std::uint32_t pid) {
  const Fd process(::open(("/proc/" + std::to_string(pid)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  MappingReader query(MappingSource::query, MappingNames::ask);
  MappingReader text(MappingSource::text, MappingNames::ask);
  if (!query.read(process.get())) {
    EXPECT_EQ(errno, ENOTTY);
    return std::nullopt;
  }
  EXPECT_TRUE(text.read(process.get()));
  return std::pair(query.mappings(), text.mappings());
}

TEST(MappingReader, QueryAndTextAgreeOnThisProcess) {
  const auto both = both_ways(static_cast<std::uint32_t>(::getpid()));
  if (!both) GTEST_SKIP() << "PROCMAP_QUERY needs Linux 6.11";
  // Read one after the other, the second reading may have grown the heap; files stay.
  EXPECT_EQ(both->first, both->second);
  EXPECT_GT(both->first.size(), 10U);
}

class MappingReaderTest : public restart::Playground {};

TEST_F(MappingReaderTest, QueryAndTextAgreeOnAChildWithManyMappings) {
  std::filesystem::create_directory(below("/dir (deleted)"));
  const std::vector<std::string> names{"/plain",       "/with space",      "/with\nnewline", "/literal\\012",
                                       "/x (deleted)", "/dir (deleted)/y", "/\xff\x1b[31m"};
  for (const std::string& name : names) write(name, std::string(8192, 'x'));
  const restart::Child child([&] {
    for (int i = 0; i < 300; ++i) {
      for (const std::string& name : names)
        restart::map_file(below(name), i % 3 == 0 ? PROT_READ | PROT_EXEC : PROT_READ);
    }
    ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);  // backed by a hidden file
  });
  for (const char* name : {"/plain", "/x (deleted)"}) ASSERT_EQ(::unlink(below(name).c_str()), 0);
  const auto both = both_ways(child.pid());
  if (!both) GTEST_SKIP() << "PROCMAP_QUERY needs Linux 6.11";
  EXPECT_EQ(both->first, both->second);
  const auto gone = std::count_if(both->first.begin(), both->first.end(), [](const Mapping& m) { return m.name_gone; });
  EXPECT_GT(gone, 0);
  EXPECT_LT(gone, std::ssize(both->first));
  const auto code =
      std::count_if(both->first.begin(), both->first.end(), [](const Mapping& m) { return m.executable; });
  EXPECT_GE(both->first.size(), 300 * names.size());
  EXPECT_GE(static_cast<std::size_t>(code), 100 * names.size());
}

TEST_F(MappingReaderTest, TextReadsEveryMappingOfTheFile) {
  write("/lib.so", std::string(8192, 'x'));
  const restart::Child child([&] {
    for (int i = 0; i < 2000; ++i) restart::map_file(below("/lib.so"), i % 2 == 0 ? PROT_READ : PROT_READ | PROT_EXEC);
  });
  const std::uint64_t ino = identity_through(AT_FDCWD, below("/lib.so").c_str()).value().ino;
  const Fd process(::open(("/proc/" + std::to_string(child.pid())).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const MappingSource source : {MappingSource::text, MappingSource::automatic}) {
    MappingReader reader(source);
    ASSERT_TRUE(reader.read(process.get()));
    EXPECT_EQ(std::count_if(reader.mappings().begin(), reader.mappings().end(),
                            [&](const Mapping& m) { return m.ino == ino; }),
              2000);
  }
}

TEST(MappingReader, ProcessThatHasGone) {
  std::optional<restart::Child> child(std::in_place, [] {});
  const Fd process(::open(("/proc/" + std::to_string(child->pid())).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  child.reset();
  MappingReader reader;
  EXPECT_FALSE(reader.read(process.get()));
  EXPECT_EQ(errno, ESRCH);
  EXPECT_THAT(reader.mappings(), IsEmpty());
}

}  // namespace
}  // namespace minipkg::os
