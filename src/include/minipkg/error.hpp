// SPDX-License-Identifier: MIT
#pragma once
#include <stdexcept>
#include <string>

#include "minipkg/export.hpp"

namespace minipkg {

/// Why an operation stopped. The CLI maps each to one exit status (src/cli/exit_status.hpp).
enum class ErrorKind {
  usage,          ///< the caller asked for something that has no meaning, or named a file that cannot be opened
  refused,        ///< refused before any change
  rolled_back,    ///< failed on the way; everything was undone, the root is as it was
  needs_recover,  ///< failed, and undoing failed too; the journal is kept for `minipkg recover`
  bad_package,    ///< the package file is damaged, hostile, or contradicts its manifest
  locked,         ///< another process holds the lock or the database
  permission,     ///< no permission, or a read-only file system
  interrupted,    ///< a signal asked to stop; everything was undone
  cannot_answer,  ///< a query met an I/O error, or a database that is damaged or newer than this program
  internal,       ///< a bug in minipkg
};

/// The world failed. what() reads `cannot <verb> '<object>': <cause>` and is safe to print: it holds no raw
/// control characters. hint() says what to do, or is empty.
class MINIPKG_API Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = {})
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

}  // namespace minipkg
