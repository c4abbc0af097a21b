// SPDX-License-Identifier: MIT
#include "lib/transaction/keep.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <functional>

#include "minipkg/error.hpp"
#include "support/temp_dir.hpp"

namespace minipkg::transaction {
namespace {

/// A child in which every hard link fails with `error`; whether `holds` does so there.
bool without_links(int error, const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                            sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_linkat, 0, 1),
                            sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
                            sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{filter.size(), const_cast<sock_filter*>(filter.data())};
    const bool ready =
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    ::_exit(ready && holds() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

class Keep : public testing::Test {
 protected:
  Keep()
      : root_(Fd(::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), directory_.path().string()) {
    directory_.write("file", "what it was");
    ::chmod((directory_ / "file").c_str(), 0640);
    journal_.id = "one";
    journal_.places.push_back({"/", 0});
    journal_.steps.emplace_back();
    journal_.steps[0].path = "/file";
  }

  /// Keeps the file for a step of this kind; the second name it has then.
  std::optional<os::FileStat> keep(StepKind kind) {
    journal_.steps[0].kind = kind;
    std::vector<os::Area> areas;
    areas.push_back(os::Area::make(root_, "/", journal_.id));
    const LiveTree tree(root_, journal_, std::move(areas));
    Keeper(tree).keep(0, look(tree.live("/file"))->disk);
    return look(tree.kept(0));
  }
  os::FileStat live() const { return *os::look(root_.fd(), "file", "file"); }

  test::TempDir directory_;
  os::Tree root_;
  Journal journal_;
};

TEST_F(Keep, ALinkWhereThereAreLinks) {
  const auto kept = keep(StepKind::replace_file);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->disk.identity, live().disk.identity);
}

TEST_F(Keep, ACopyOfWhatIsReplacedWhereThereAreNone) {
  for (const int error : {EPERM, EOPNOTSUPP, EMLINK}) {
    EXPECT_TRUE(without_links(error, [&] {
      const auto kept = keep(StepKind::replace_file);
      return kept && kept->disk.identity != live().disk.identity && kept->disk.size == live().disk.size &&
             kept->disk.mode == 0640 && os::mtime_of(kept->disk) == os::mtime_of(live().disk);
    })) << error;
    os::Area::remove(root_, "/", journal_.id);
  }
}

TEST_F(Keep, NothingOfWhatIsRemovedWhereThereAreNone) {
  EXPECT_TRUE(without_links(EPERM, [&] { return !keep(StepKind::remove_file); }));
}

TEST_F(Keep, NoCopyOfAnotherLinkThatTookItsPlace) {
  directory_.link("was", "link");
  const OnDisk before = os::look(root_.fd(), "link", "link")->disk;
  directory_.link("somewhere/else", "other");
  std::filesystem::rename(directory_ / "other", directory_ / "link");
  const LiveTree::Name from{root_.fd(), "link", "link"}, to{root_.fd(), "copy", "copy"};
  EXPECT_TRUE(without_links(EPERM, [&] {
    try {
      link_or_copy(from, to, before, FileSystem::complete);
      return false;
    } catch (const Error&) {
      return !look(to);
    }
  }));
}

TEST_F(Keep, AnyOtherFailureIsOne) {
  EXPECT_TRUE(without_links(EIO, [&] {
    try {
      keep(StepKind::replace_file);
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::rolled_back;
    }
  }));
}

}  // namespace
}  // namespace minipkg::transaction
