// SPDX-License-Identifier: MIT
#include "lib/restart/scan.hpp"

#include <gmock/gmock.h>
#include <pthread.h>

#include "lib/restart/record_finder.hpp"
#include "minipkg/error.hpp"
#include "unit/restart/playground.hpp"

namespace minipkg::restart {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using ScanTest = Playground;

/// Runs `body` in a process of user nobody and returns what it wrote.
std::string as_nobody(const std::function<std::string()>& body) {
  int channel[2];
  if (::pipe2(channel, O_CLOEXEC) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) ::_exit(1);
    const std::string text = body();
    ::_exit(::write(channel[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(channel[1]);
  std::string text(4096, '\0');
  const ssize_t got = ::read(channel[0], text.data(), text.size());
  ::close(channel[0]);
  ::waitpid(pid, nullptr, 0);
  return text.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
}

void become_nobody() {
  if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) ::_exit(1);
  ::prctl(PR_SET_DUMPABLE, 1);  // as after exec: the user's own processes may look at it
}

TEST_F(ScanTest, ExecutableReplacedUnderAProcess) {
  copy_program("/prog");
  const Child child([&] { run_program(below("/prog")); });
  const RetiredInode old = row("/prog");
  replace("/prog", "new");
  const RestartReport report = scan_for({old});
  EXPECT_EQ(report.retired, 1U);
  EXPECT_EQ(report.alive, 1U);
  EXPECT_GT(report.scanned, 1U);
  ASSERT_THAT(report.processes, SizeIs(1));
  const StaleProcess& process = report.processes[0];
  EXPECT_EQ(process.pid, child.pid());
  EXPECT_EQ(process.ppid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(process.uid, ::geteuid());
  EXPECT_EQ(process.command, "prog");
  EXPECT_EQ(process.exe, below("/prog (deleted)"));
  EXPECT_GT(process.start_time, 0U);
  ASSERT_THAT(process.files, SizeIs(1));
  EXPECT_EQ(process.files[0].use, Use::executable);
  EXPECT_EQ(process.files[0].certainty, Certainty::confirmed);
  EXPECT_TRUE(process.needs_restart());
}

TEST_F(ScanTest, RenamedAsideIsStillTheOldInode) {
  copy_program("/prog");
  const Child child([&] { run_program(below("/prog")); });
  const RetiredInode old = row("/prog");
  ASSERT_EQ(::rename(below("/prog").c_str(), below("/prog.old").c_str()), 0);
  write("/prog", "new");
  ASSERT_THAT(scan_for({old}).processes, SizeIs(1));
}

TEST_F(ScanTest, LibraryMappedManyTimesIsOneFile) {
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] {
    map_file(below("/lib.so"), PROT_READ);
    map_file(below("/lib.so"), PROT_READ | PROT_EXEC);
    map_file(below("/lib.so"), PROT_READ | PROT_WRITE);
  });
  const RetiredInode old = row("/lib.so");
  replace("/lib.so", "new");
  const RestartReport report = scan_for({old});
  ASSERT_THAT(report.processes, SizeIs(1));
  ASSERT_THAT(report.processes[0].files, SizeIs(1));
  EXPECT_EQ(report.processes[0].files[0].use, Use::code);
}

TEST_F(ScanTest, DataMappingIsInformationOnly) {
  write("/data", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/data"), PROT_READ); });
  const RetiredInode old = row("/data");
  replace("/data", "new");
  const RestartReport report = scan_for({old});
  ASSERT_THAT(report.processes, SizeIs(1));
  EXPECT_EQ(report.processes[0].files[0].use, Use::data);
  EXPECT_FALSE(report.processes[0].needs_restart());
}

TEST_F(ScanTest, OpenDescriptorOnlyWhenAsked) {
  write("/data", "old");
  const Child child([&] {
    if (::open(below("/data").c_str(), O_RDONLY | O_CLOEXEC) < 0) ::_exit(1);
  });
  const RetiredInode old = row("/data");
  replace("/data", "new");
  EXPECT_THAT(scan_for({old}).processes, IsEmpty());
  ScanOptions options;
  options.files = OpenFiles::look;
  const RestartReport report = scan_for({old}, options);
  ASSERT_THAT(report.processes, SizeIs(1));
  EXPECT_EQ(report.processes[0].files[0].use, Use::descriptor);
  EXPECT_FALSE(report.processes[0].needs_restart());
}

TEST_F(ScanTest, NoProcessIsLookedAtWhenEveryInodeIsGone) {
  write("/a", "old");
  const RetiredInode old = row("/a");
  if (old.handle.bytes.empty()) GTEST_SKIP() << "no file handles here";
  const Fd held(::open(below("/a").c_str(), O_RDONLY | O_CLOEXEC));
  replace("/a", "new");
  if (os::probe_handle(root_fd_.get(), old.handle) == os::Life::unknown) GTEST_SKIP() << "may not open by handle";
  EXPECT_EQ(scan_for({old}).alive, 1U);
  const_cast<Fd&>(held).reset();
  const RestartReport report = scan_for({old});
  EXPECT_EQ(report.retired, 1U);
  EXPECT_EQ(report.alive, 0U);
  EXPECT_EQ(report.scanned, 0U);
}

TEST_F(ScanTest, AnotherDeviceAtThePlaceDecidesNothing) {
  write("/a", "old");
  RetiredInode old = row("/a");
  replace("/a", "new");
  old.identity.dev += 1;
  EXPECT_EQ(scan_for({old}).alive, 1U);
  old.identity.dev -= 1;
  old.place = "/no such directory";
  EXPECT_EQ(scan_for({old}).alive, 1U);
}

TEST_F(ScanTest, RowsOfAnotherBootAndOtherPackagesArePassedOver) {
  copy_program("/prog");
  const Child child([&] { run_program(below("/prog")); });
  RetiredInode old = row("/prog", "wanted");
  replace("/prog", "new");
  ScanOptions options;
  options.packages = {"other"};
  EXPECT_EQ(scan_for({old}, options).retired, 0U);
  options.packages = {"other", "wanted"};
  EXPECT_THAT(scan_for({old}, options).processes, SizeIs(1));
  old.boot_id = "another boot";
  EXPECT_EQ(scan_for({old}).retired, 0U);
}

TEST_F(ScanTest, OneProcessAsked) {
  copy_program("/prog");
  const Child one([&] { run_program(below("/prog")); });
  const Child two([&] { run_program(below("/prog")); });
  const RetiredInode old = row("/prog");
  replace("/prog", "new");
  EXPECT_THAT(scan_for({old}).processes, SizeIs(2));
  ScanOptions options;
  options.pids = {two.pid()};
  const RestartReport report = scan_for({old}, options);
  EXPECT_EQ(report.scanned, 1U);
  ASSERT_THAT(report.processes, SizeIs(1));
  EXPECT_EQ(report.processes[0].pid, two.pid());
}

TEST_F(ScanTest, ZombieAndKernelThreadAreNothing) {
  write("/a", "old");
  const Fd held(::open(below("/a").c_str(), O_RDONLY | O_CLOEXEC));
  const RetiredInode old = row("/a");
  replace("/a", "new");
  const pid_t zombie = ::fork();
  if (zombie == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(zombie), &info, WEXITED | WNOWAIT), 0);
  ScanOptions options;
  for (const pid_t pid : {zombie, 2}) {
    options.pids = {static_cast<std::uint32_t>(pid)};
    const RestartReport report = scan_for({old}, options);
    EXPECT_EQ(report.scanned, 0U) << pid;
    EXPECT_EQ(report.unreadable, 0U) << pid;
  }
  ::waitpid(zombie, nullptr, 0);
}

void* wait_forever(void*) {
  for (;;) ::pause();
}

bool has_exited(pid_t pid) {
  std::string text;
  os::read_text(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str(), text);
  return os::parse_stat(text).value().has_exited();
}

TEST_F(ScanTest, ThreadsThatOutliveTheirLeader) {
  write("/lib.so", std::string(8192, 'x'));
  int channel[2];
  ASSERT_EQ(::pipe2(channel, O_CLOEXEC), 0);
  const Child child([&] {
    const pid_t inner = ::fork();
    if (inner > 0) {
      if (::write(channel[1], &inner, sizeof inner) != sizeof inner) ::_exit(1);
      return;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    map_file(below("/lib.so"), PROT_READ | PROT_EXEC);
    pthread_t thread;
    ::pthread_create(&thread, nullptr, wait_forever, nullptr);
    ::syscall(SYS_exit, 0);  // the leader alone
  });
  pid_t inner = 0;
  ASSERT_EQ(::read(channel[0], &inner, sizeof inner), static_cast<ssize_t>(sizeof inner));
  while (!has_exited(inner)) ::usleep(1000);
  const RetiredInode old = row("/lib.so");
  replace("/lib.so", "new");
  const RestartReport report = scan_for({old});
  ASSERT_THAT(report.processes, SizeIs(1));
  EXPECT_EQ(report.processes[0].pid, static_cast<std::uint32_t>(inner));
  EXPECT_EQ(report.processes[0].files[0].use, Use::code);
  EXPECT_FALSE(report.processes[0].exe.empty());
}

/// Makes files until one has the inode number `ino` again.
std::optional<std::string> file_with_number(const std::string& directory, std::uint64_t ino) {
  ::usleep(20000);  // birth times come from a clock that ticks every few milliseconds
  for (int i = 0; i < 5000; ++i) {
    const std::string path = directory + "/again" + std::to_string(i);
    std::ofstream(path) << std::string(8192, 'y');
    if (os::identity_through(AT_FDCWD, path.c_str()).value().ino == ino) return path;
  }
  return std::nullopt;
}

TEST_F(ScanTest, ReusedInodeNumberIsSilent) {
  write("/lib.so", std::string(8192, 'x'));
  RetiredInode old = row("/lib.so");
  ASSERT_EQ(::unlink(below("/lib.so").c_str()), 0);
  const auto again = file_with_number(root_, old.identity.ino);
  if (!again) GTEST_SKIP() << "this file system does not use inode numbers again";
  const Child child([&] { map_file(*again, PROT_READ | PROT_EXEC); });
  EXPECT_THAT(scan_for({old}).processes, IsEmpty());

  // Each way to tell must do so alone: the finder by handle, and by birth time.
  for (const bool with_handle : {true, false}) {
    if (!with_handle) old.handle = {};
    const RetiredIndex index({old});
    RecordFinder finder(root_fd_.get(), index, OpenFiles::look);
    const Fd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ProcessView process;
    ASSERT_EQ(process.open(proc.get(), child.pid()), Outcome::looked_at);
    std::vector<StaleFile> found;
    EXPECT_EQ(finder.look(process, found), Outcome::looked_at);
    EXPECT_THAT(found, IsEmpty()) << (with_handle ? "handle" : "birth time");
  }
}

TEST_F(ScanTest, HandleAndBirthTimeEachFindTheInode) {
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib.so"), PROT_READ | PROT_EXEC); });
  RetiredInode by_handle = row("/lib.so");
  RetiredInode by_birth = by_handle;
  by_handle.identity.birth = 0;
  by_birth.handle = {};
  replace("/lib.so", "new");
  if (!by_handle.handle.bytes.empty()) {
    EXPECT_THAT(scan_for({by_handle}).processes, SizeIs(1));
  }
  EXPECT_THAT(scan_for({by_birth}).processes, SizeIs(1));
}

std::string summary(const RestartReport& report, std::uint32_t pid) {
  std::string text = report.unreadable > 0 ? "unreadable " : "";
  for (const StaleProcess& process : report.processes) {
    if (process.pid != pid) text += "another process ";
    for (const StaleFile& file : process.files) {
      text += file.path + (file.certainty == Certainty::confirmed ? " confirmed " : " unconfirmed ");
    }
  }
  return text;
}

TEST_F(ScanTest, OrdinaryUserSeesItsOwnAndCountsTheOthers) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  copy_program("/prog");
  std::filesystem::create_directory(below("/real"));
  std::filesystem::create_directory_symlink("/real", below("/lib"));  // absolute: means below the root
  write("/real/a.so", std::string(8192, 'x'));
  const Child child([&] {
    become_nobody();
    map_file(below("/real/a.so"), PROT_READ | PROT_EXEC);
  });
  const Child program([&] {
    become_nobody();
    run_program(below("/prog"));
  });
  RetiredInode library = row("/real/a.so");
  library.path = "/lib/a.so";  // as a package names it
  const RetiredInode executable = row("/prog");
  replace("/real/a.so", "new");
  replace("/prog", "new");
  EXPECT_EQ(as_nobody([&] { return summary(scan_for({library}), child.pid()); }), "unreadable /lib/a.so unconfirmed ");
  EXPECT_EQ(as_nobody([&] { return summary(scan_for({executable}), program.pid()); }), "unreadable /prog confirmed ");
}

TEST_F(ScanTest, OrdinaryUserIsToldOfAFileRenamedAside) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  write("/a.so", std::string(8192, 'x'));
  const Child child([&] {
    become_nobody();
    map_file(below("/a.so"), PROT_READ | PROT_EXEC);
  });
  const RetiredInode old = row("/a.so");
  ASSERT_EQ(::rename(below("/a.so").c_str(), below("/aside").c_str()), 0);
  write("/a.so", "new");
  ScanOptions options;
  options.pids = {child.pid()};
  const auto told = [&] { return as_nobody([&] { return summary(scan_for({old}, options), child.pid()); }); };
  EXPECT_THAT(told(), testing::AnyOf("/a.so confirmed ", "/a.so unconfirmed "));  // the latter on btrfs
  // Now nothing leads to it, and nothing says that it was the one at /a.so.
  ASSERT_EQ(::unlink(below("/aside").c_str()), 0);
  EXPECT_EQ(told(), "unreadable ");
}

TEST_F(ScanTest, DescriptorThatOnlyNamesAFileHoldsNothing) {
  write("/a", "old");
  const Child child([&] {
    if (::open(below("/a").c_str(), O_PATH | O_CLOEXEC) < 0) ::_exit(1);
  });
  const Child reader([&] {
    if (::open(below("/a").c_str(), O_RDONLY | O_CLOEXEC) < 0) ::_exit(1);
  });
  const RetiredInode old = row("/a");
  replace("/a", "new");
  ScanOptions options;
  options.files = OpenFiles::look;
  const RestartReport report = scan_for({old}, options);
  ASSERT_THAT(report.processes, SizeIs(1));
  EXPECT_EQ(report.processes[0].pid, reader.pid());
}

TEST_F(ScanTest, OrdinaryUserIsNotToldOfAReusedNumber) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  write("/a.so", std::string(8192, 'x'));
  const RetiredInode old = row("/a.so");
  ASSERT_EQ(::unlink(below("/a.so").c_str()), 0);
  const auto again = file_with_number(root_, old.identity.ino);
  if (!again) GTEST_SKIP() << "this file system does not use inode numbers again";
  ASSERT_EQ(::rename(again->c_str(), below("/a.so").c_str()), 0);
  const Child child([&] {
    become_nobody();
    map_file(below("/a.so"), PROT_READ | PROT_EXEC);
  });
  ScanOptions options;
  options.pids = {child.pid()};
  EXPECT_EQ(as_nobody([&] { return summary(scan_for({old}, options), child.pid()); }), "");
}

TEST_F(ScanTest, ProcThatCannotBeListedIsAnError) {
  ScanOptions options;
  options.proc = below("/none");
  EXPECT_THROW(scan_for({}, options), Error);
}

TEST(BootId, IsTheKernels) { EXPECT_EQ(boot_id().size(), 36U); }

}  // namespace
}  // namespace minipkg::restart
