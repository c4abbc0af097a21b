// SPDX-License-Identifier: MIT
#include "lib/restart/path_finder.hpp"

#include <gmock/gmock.h>

#include "unit/restart/playground.hpp"

namespace minipkg::restart {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// What the finder alone says of one process, with nothing on record.
class PathFinderTest : public Playground {
 protected:
  std::vector<StaleFile> look(const Child& child, Unmanaged unmanaged = Unmanaged::everything,
                              const RetiredIndex& recorded = RetiredIndex({}),
                              os::MappingSource source = os::MappingSource::automatic) {
    PathFinder finder({root_fd_.get(), &recorded, OpenFiles::look, unmanaged, &places_});
    ProcessView view(source, os::MappingNames::ask);
    const Fd proc(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    EXPECT_EQ(view.open(proc.get(), child.pid()), Outcome::looked_at);
    std::vector<StaleFile> found;
    EXPECT_EQ(finder.look(view, found), Outcome::looked_at);
    return found;
  }

  StalePlaces places_;
};

TEST_F(PathFinderTest, BothWaysToReadMappingsAgree) {
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib.so"), PROT_READ | PROT_EXEC); });
  EXPECT_THAT(look(child), IsEmpty());
  replace("/lib.so", "new");
  for (const auto source : {os::MappingSource::automatic, os::MappingSource::text}) {
    const auto found = look(child, Unmanaged::everything, RetiredIndex({}), source);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].path, below("/lib.so"));
    EXPECT_EQ(found[0].basis, Basis::path);
    EXPECT_EQ(found[0].use, Use::code);
    EXPECT_EQ(found[0].transaction, 0U);
  }
}

TEST_F(PathFinderTest, OneFindingForOneInodeWithItsStrongestUse) {
  copy_program("/prog");
  const Child child([&] {
    map_file(below("/prog"), PROT_READ);
    if (::open(below("/prog").c_str(), O_RDONLY) < 0) ::_exit(1);  // kept across exec
    run_program(below("/prog"));
  });
  replace("/prog", "new");
  const auto found = look(child);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].use, Use::executable);
}

TEST_F(PathFinderTest, WhatIsOnRecordIsLeftToIt) {
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib.so"), PROT_READ | PROT_EXEC); });
  RetiredInode old = row("/lib.so");
  replace("/lib.so", "new");
  EXPECT_THAT(look(child, Unmanaged::everything, RetiredIndex({old})), IsEmpty());
  if (old.handle.bytes.empty() && old.identity.birth == 0) return;
  // The number alone says nothing.
  old.handle = {};
  old.identity.birth += 1;
  EXPECT_THAT(look(child, Unmanaged::everything, RetiredIndex({old})), SizeIs(1));
}

TEST_F(PathFinderTest, PlaceBelowTheScannedRootThroughAnotherName) {
  std::filesystem::create_directories(below("/usr/lib"));
  std::filesystem::create_directory_symlink("usr/lib", below("/lib"));
  write("/usr/lib/x.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib/x.so"), PROT_READ | PROT_EXEC); });
  ASSERT_EQ(::unlink(below("/usr/lib/x.so").c_str()), 0);
  const auto found = look(child, Unmanaged::owned);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind, RetiredKind::removed);
  EXPECT_EQ(places_.of(found[0]).below_root, "/usr/lib/x.so");
  EXPECT_TRUE(places_.of(found[0]).is_static);
}

TEST_F(PathFinderTest, WhereOthersMayWriteNothingIsStatic) {
  std::filesystem::create_directories(below("/usr/lib"));
  ::chmod(below("/usr/lib").c_str(), 01777);
  write("/usr/lib/x.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/usr/lib/x.so"), PROT_READ | PROT_EXEC); });
  ASSERT_EQ(::unlink(below("/usr/lib/x.so").c_str()), 0);
  const auto found = look(child);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(places_.of(found[0]).is_static);
}

TEST_F(PathFinderTest, OutsideOfTheScannedRootOnlyIfAllAreAsked) {
  std::filesystem::create_directories(below("/inner"));
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib.so"), PROT_READ | PROT_EXEC); });
  replace("/lib.so", "new");
  root_fd_.reset(::open(below("/inner").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_THAT(look(child, Unmanaged::owned), IsEmpty());
  const auto found = look(child);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(places_.of(found[0]).below_root, "");
}

TEST_F(PathFinderTest, ManagedFilesAreAskedFor) {
  write("/lib.so", std::string(8192, 'x'));
  const Child child([&] { map_file(below("/lib.so"), PROT_READ | PROT_EXEC); });
  replace("/lib.so", "new");
  ScanOptions options;
  options.pids = {child.pid()};
  options.unmanaged = Unmanaged::everything;
  EXPECT_THAT(scan(root_fd_.get(), {}, options).report.processes, SizeIs(1));
  const auto ours = [](const std::set<std::string>& paths) { return paths; };
  EXPECT_THAT(scan(root_fd_.get(), {}, options, {{}, ours}).report.processes, IsEmpty());
  options.unmanaged = Unmanaged::owned;  // there is no database
  EXPECT_EQ(scan(root_fd_.get(), {}, options).report.scanned, 0U);
}

}  // namespace
}  // namespace minipkg::restart
