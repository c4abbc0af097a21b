// SPDX-License-Identifier: MIT
#include "lib/os/procfs.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "unit/restart/playground.hpp"

namespace minipkg::os {
namespace {

std::string stat_line(const std::string& comm) {
  return "42 (" + comm + ") S 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 987654 1000 200 18446744073709551615 1\n";
}

TEST(ParseStat, Fields) {
  const auto stat = parse_stat(stat_line("cat"));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->comm, "cat");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->ppid, 7U);
  EXPECT_EQ(stat->threads, 3U);
  EXPECT_EQ(stat->start_time, 987654U);
  EXPECT_FALSE(stat->is_kernel_thread());
  EXPECT_FALSE(stat->has_exited());
}

TEST(ParseStat, CommMayHoldAnything) {
  for (const std::string comm : {"", ")", "a) R 1 1 1", "(sd-pam)", "with space", "\n", "((", "\xff"}) {
    const auto stat = parse_stat(stat_line(comm));
    ASSERT_TRUE(stat) << comm;
    EXPECT_EQ(stat->comm, comm);
    EXPECT_EQ(stat->ppid, 7U);
  }
}

TEST(ParseStat, NothingForOtherText) {
  for (const char* text :
       {"", "42", "42 (a", "42 (a) ", "42 (a) S", "42 a) (S 1", "42 (a) S x 42 42 0 -1 4194304 1 2 3 4 5 6"}) {
    EXPECT_FALSE(parse_stat(text)) << text;
  }
}

TEST(ParseEffectiveUid, SecondNumberOfItsLine) {
  EXPECT_EQ(parse_effective_uid("Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"), 2U);
  EXPECT_FALSE(parse_effective_uid("Name:\tUid:\t1\t2\n"));
  EXPECT_FALSE(parse_effective_uid("Name:\tx\nUid:\t1\n"));
}

TEST(Procfs, ThisProcess) {
  const Fd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto self = static_cast<std::uint32_t>(::getpid());
  const auto processes = numbered_entries(proc.get());
  ASSERT_TRUE(processes);
  EXPECT_THAT(*processes, testing::Contains(self));
  EXPECT_TRUE(std::is_sorted(processes->begin(), processes->end()));
  const Fd process = open_numbered(proc.get(), self);
  std::string text;
  ASSERT_TRUE(read_text(process.get(), "stat", text));
  EXPECT_EQ(parse_stat(text).value().ppid, static_cast<std::uint32_t>(::getppid()));
  ASSERT_TRUE(read_text(process.get(), "status", text));
  EXPECT_EQ(parse_effective_uid(text), ::geteuid());
}

class IdentityTest : public restart::Playground {};

TEST_F(IdentityTest, IsWhatStatSays) {
  write("/a", "x");
  struct stat about {};
  ASSERT_EQ(::stat(below("/a").c_str(), &about), 0);
  const Identity identity = identity_through(AT_FDCWD, below("/a").c_str()).value();
  EXPECT_EQ(identity.dev, about.st_dev);
  EXPECT_EQ(identity.ino, about.st_ino);
  const Fd fd(::open(below("/a").c_str(), O_PATH | O_CLOEXEC));
  EXPECT_EQ(identity_through(fd.get(), ""), identity);
  EXPECT_FALSE(identity_through(AT_FDCWD, below("/b").c_str()));
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace minipkg::os
