// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "lib/os/file_system.hpp"
#include "lib/os/tree.hpp"

namespace minipkg::os {

constexpr const char* area_directory = ".minipkg";

/// A transaction's staging area on one mount: <top>/.minipkg/<id>/{new,old}, 0700.
class Area {
 public:
  /// Makes it. `top` is the mount's topmost directory below the root. Throws Error naming the path.
  static Area make(const Tree& root, const std::string& top, const std::string& id);
  /// Opens one that may exist; an Area that !exists() otherwise.
  static Area open(const Tree& root, const std::string& top, const std::string& id);
  /// Removes it with all its content, and .minipkg too if it is empty then. Idempotent. From the first change on it
  /// does not exist any more for open(): what is missing in it later means nothing.
  static void remove(const Tree& root, const std::string& top, const std::string& id);

  /// The same unless something is in it: what a finished transaction keeps.
  static void remove_if_empty(const Tree& root, const std::string& top, const std::string& id);

  bool exists() const { return staged_.fd() >= 0; }
  const Tree& staged() const { return staged_; }  ///< what will become visible: new/N, new/N/…
  int kept() const { return kept_.get(); }        ///< old/N: second names of what was visible
  int sync_fd() const { return sync_.get(); }     ///< for syncfs(2); not O_PATH, opened before the first write
  FileSystem fs() const { return fs_; }

 private:
  Tree staged_;
  Fd kept_, sync_;
  FileSystem fs_ = FileSystem::unknown;
};

/// Everything written to the file system of `fd` is on the disk. Throws Error naming `path` on a write-back error
/// that happened since `fd` was opened.
void sync_file_system(int fd, const std::string& path);

/// The same for the file system of a directory that may be O_PATH.
void sync_file_system_of(int directory, const std::string& path);

}  // namespace minipkg::os
