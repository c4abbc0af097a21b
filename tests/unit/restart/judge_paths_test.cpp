// SPDX-License-Identifier: MIT
#include "lib/restart/judge_paths.hpp"

#include <gmock/gmock.h>

namespace minipkg::restart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// One process that holds one file, in a world where libdemo owns /usr/lib/libdemo.so.1, and base /usr/lib.
class JudgePaths : public ::testing::Test {
 protected:
  JudgePaths() {
    file_.path = "/usr/lib/libdemo.so.1";
    file_.basis = Basis::path;
    file_.dev = 1;
    file_.ino = 2;
    place_.below_root = file_.path;
    place_.is_static = true;
  }

  std::vector<StaleFile> judged() {
    StalePlaces places;
    places.note(file_, place_);
    StaleProcess process;
    process.files = {file_};
    std::vector<StaleProcess> processes{process};
    judge_paths(
        processes, places, options_,
        [&](const foreign::Paths& paths) {
          asked_ = paths;
          return foreign::Owners{{"/usr/lib/libdemo.so.1", {"libdemo", "2"}}, {"/usr/lib", {"base", "1"}}};
        },
        [&](const std::set<std::string>&) { return managed_; });
    return processes.empty() ? std::vector<StaleFile>() : processes[0].files;
  }
  void remove(const std::string& path) {
    file_.path = place_.below_root = path;
    file_.kind = RetiredKind::removed;
  }

  StaleFile file_;
  StalePlace place_;
  ScanOptions options_;
  foreign::Paths asked_;
  std::set<std::string> managed_;
};

TEST_F(JudgePaths, OwnerAndVersionNow) {
  const auto files = judged();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].package, "libdemo");
  EXPECT_EQ(files[0].new_version, "2");
  EXPECT_EQ(files[0].old_version, "");
}

TEST_F(JudgePaths, OfNobody) {
  file_.path = place_.below_root = "/opt/app/x.so";
  EXPECT_THAT(judged(), IsEmpty());
  options_.unmanaged = Unmanaged::everything;
  EXPECT_EQ(judged().size(), 1U);
}

TEST_F(JudgePaths, OfMinipkg) {
  options_.unmanaged = Unmanaged::everything;
  managed_ = {file_.path};
  EXPECT_THAT(judged(), IsEmpty());
}

TEST_F(JudgePaths, OnRecordIsNotJudged) {
  file_.basis = Basis::record;
  file_.package = "p";
  managed_ = {file_.path};
  EXPECT_EQ(judged().size(), 1U);
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(JudgePaths, InAnotherRootNobodyIsAsked) {
  place_.below_root.clear();
  options_.unmanaged = Unmanaged::everything;
  const auto files = judged();
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].package, "");
  EXPECT_THAT(asked_, IsEmpty());
}

TEST_F(JudgePaths, RemovedIsKnownByItsSoname) {
  remove("/usr/lib/libdemo.so.1.0.2");
  place_.is_static = false;
  ASSERT_EQ(judged().size(), 1U);
  EXPECT_EQ(judged()[0].package, "libdemo");
  EXPECT_THAT(asked_,
              ElementsAre("/usr/lib", "/usr/lib/libdemo.so.1", "/usr/lib/libdemo.so.1.0", "/usr/lib/libdemo.so.1.0.2"));
}

TEST_F(JudgePaths, RemovedFromADirectoryOfPackages) {
  remove("/usr/lib/gone.so");
  EXPECT_EQ(judged().size(), 1U);
  place_.is_static = false;
  EXPECT_THAT(judged(), IsEmpty());
  options_.unmanaged = Unmanaged::everything;
  EXPECT_THAT(judged(), IsEmpty());
  file_.use = Use::executable;
  EXPECT_EQ(judged().size(), 1U);
}

TEST_F(JudgePaths, RemovedFromADirectoryOfNobody) {
  remove("/usr/local/lib/gone.so");
  EXPECT_THAT(judged(), IsEmpty());
  options_.unmanaged = Unmanaged::everything;
  EXPECT_EQ(judged().size(), 1U);
}

TEST_F(JudgePaths, OnlyPackagesAskedFor) {
  options_.packages = {"other"};
  EXPECT_THAT(judged(), IsEmpty());
  options_.packages = {"other", "libdemo"};
  EXPECT_EQ(judged().size(), 1U);
}

TEST(Sonames, EndBeforeTheDevelopersName) {
  EXPECT_THAT(sonames("/a.so.3/libz.so.1.2.13"), ElementsAre("/a.so.3/libz.so.1.2", "/a.so.3/libz.so.1"));
  EXPECT_THAT(sonames("/usr/lib/libz.so.1"), IsEmpty());
  EXPECT_THAT(sonames("/usr/lib/libz.so"), IsEmpty());
  EXPECT_THAT(sonames("/usr/bin/python3.11"), IsEmpty());
}

}  // namespace
}  // namespace minipkg::restart
