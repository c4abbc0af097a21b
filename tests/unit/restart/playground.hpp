// SPDX-License-Identifier: MIT
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "lib/base/fd.hpp"
#include "lib/model/retired.hpp"
#include "lib/os/file_handle.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/scan.hpp"

namespace minipkg::restart {

/// A process that runs `body`, which returns when it is ready, and then waits until it is killed.
class Child {
 public:
  explicit Child(const std::function<void()>& body) {
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      body();
      if (::write(ready[1], "r", 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char byte = 0;
    [[maybe_unused]] const ssize_t got = ::read(ready[0], &byte, 1);  // 0 where the body began another program
    ::close(ready[0]);
  }
  Child(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

 private:
  pid_t pid_;
};

/// A temporary root, files in it, and rows about those that are taken away.
class Playground : public ::testing::Test {
 protected:
  void SetUp() override {
    // Below the working directory: /tmp may be a tmpfs, and a real file system is the harder case.
    std::string name = std::filesystem::current_path() / "minipkg-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    ::chmod(name.c_str(), 0755);
    root_fd_.reset(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string below(const std::string& path) const { return root_ + path; }

  void write(const std::string& path, const std::string& content) const {
    std::ofstream(below(path), std::ios::binary) << content;
    ::chmod(below(path).c_str(), 0755);
  }
  void replace(const std::string& path, const std::string& content) const {
    write(path + ".new", content);
    ASSERT_EQ(::rename(below(path + ".new").c_str(), below(path).c_str()), 0);
  }
  void copy_program(const std::string& path) const { std::filesystem::copy_file("/bin/sleep", below(path)); }

  /// To be asked before the file is replaced, as a transaction does.
  RetiredInode row(const std::string& path, const std::string& package = "p") const {
    RetiredInode row;
    row.identity = os::identity_through(AT_FDCWD, below(path).c_str()).value();
    row.handle = os::handle_at(AT_FDCWD, below(path).c_str()).value_or(FileHandle{});
    row.place = "/";
    row.path = path;
    row.package = package;
    row.old_version = "1";
    row.new_version = "2";
    row.transaction = 7;
    row.boot_id = boot_id();
    return row;
  }

  RestartReport scan_for(std::vector<RetiredInode> rows, const ScanOptions& options = {}) const {
    return scan(root_fd_.get(), rows, options).report;
  }

  std::string root_;
  Fd root_fd_;
};

/// Maps the first page of a file and closes its descriptor.
inline void map_file(const std::string& path, int protection) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::mmap(nullptr, 4096, protection, MAP_PRIVATE, fd.get(), 0) == MAP_FAILED) ::_exit(1);
}

inline void run_program(const std::string& path) {
  ::execl(path.c_str(), path.c_str(), "1000", nullptr);
  ::_exit(1);
}

}  // namespace minipkg::restart
