// SPDX-License-Identifier: MIT
#pragma once
#include <archive.h>

#include <memory>
#include <span>
#include <string>

#include "lib/base/fd.hpp"

namespace minipkg::archive {

/// A package file being written: compressed as the end of its name says, under a temporary name beside it until
/// commit(). Without commit() nothing stays.
class OutputFile {
 public:
  /// Throws Error(usage) if the name's end is none that is known, or the file cannot be made.
  explicit OutputFile(std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::span<const char> bytes);
  /// Complete and on the disk under its name, replacing what was there.
  void commit();

 private:
  void check(int result) const;

  struct ArchiveFree {
    void operator()(::archive* a) const { archive_write_free(a); }
  };
  std::string name_, temporary_;
  Fd fd_;
  std::unique_ptr<::archive, ArchiveFree> writer_;
};

}  // namespace minipkg::archive
