// SPDX-License-Identifier: MIT
#include "lib/os/file_system.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <functional>

#include "lib/base/fd.hpp"
#include "support/temp_dir.hpp"

namespace minipkg {
namespace {

class RenameNew : public testing::Test {
 protected:
  RenameNew() : fd_(::open(directory_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    directory_.write("from", "1");
    directory_.write("taken", "2");
  }
  int rename(const char* from, const char* to) const { return os::rename_new(fd_.get(), from, fd_.get(), to); }
  bool exists(const char* name) const { return std::filesystem::exists(directory_ / name); }

  test::TempDir directory_;
  Fd fd_;
};

/// Whether `holds` does so on a kernel whose renameat2(2) takes no flags.
bool without_flags(const std::function<bool()>& holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                            sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 3),
                            sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[4])),
                            sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
                            sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
                            sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{filter.size(), const_cast<sock_filter*>(filter.data())};
    const bool ready =
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
    ::_exit(ready && holds() ? 0 : 1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

TEST_F(RenameNew, RenamesToAFreeName) {
  EXPECT_EQ(rename("from", "to"), 0);
  EXPECT_TRUE(exists("to"));
  EXPECT_FALSE(exists("from"));
}

TEST_F(RenameNew, LeavesWhatIsThere) {
  EXPECT_EQ(rename("from", "taken"), -1);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_TRUE(exists("from"));
}

TEST_F(RenameNew, WorksWhereTheFileSystemKnowsNoFlags) {
  EXPECT_TRUE(without_flags([&] {
    if (::renameat2(fd_.get(), "from", fd_.get(), "to", RENAME_NOREPLACE) == 0) return false;  // the filter works
    return rename("from", "taken") == -1 && errno == EEXIST && rename("from", "to") == 0;
  }));
  EXPECT_TRUE(exists("to"));
}

TEST(FileSystemOf, ADescriptorThatIsNone) { EXPECT_EQ(os::file_system_of(-1), FileSystem::unknown); }

TEST(FileSystemOf, ProcIsNotKnown) {
  const Fd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(os::file_system_of(proc.get()), FileSystem::unknown);
}

}  // namespace
}  // namespace minipkg
