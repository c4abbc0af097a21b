// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

#include "minipkg/export.hpp"

namespace minipkg {

/// A directory that is the root of a file system. Its path is walked once, when the directory is first needed, and all
/// copies of this mean the one that it led to then: somebody else may own a part of the path, and the policy of one
/// root must not decide what is installed in another. For one thread at a time.
class MINIPKG_API Root {
 public:
  Root(std::string path = "/");
  Root(const char* path) : Root(std::string(path)) {}

  /// As it was given, for messages.
  const std::string& path() const;
  /// Belongs to this and its copies. Throws Error(usage) where the path leads to no directory.
  int fd() const;

 private:
  struct Opened;
  std::shared_ptr<Opened> opened_;
};

}  // namespace minipkg
