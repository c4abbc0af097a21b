// SPDX-License-Identifier: MIT
#pragma once
#include "minipkg/error.hpp"

namespace minipkg::cli {

/// The program's exit status. Stable, and listed in minipkg(8).
enum class ExitStatus {
  done = 0,            ///< done, or nothing to do; the query matched; nothing is stale
  negative = 1,        ///< a negative answer: findings, no match, something is stale. Never an error
  usage = 2,           ///< arguments without a meaning, or a file that cannot be opened
  refused = 3,         ///< refused before any change
  rolled_back = 4,     ///< failed and undone: the root is as it was
  needs_recover = 5,   ///< failed, and so did undoing it: run `minipkg recover`
  bad_package = 6,     ///< a damaged or hostile package file
  locked = 7,          ///< another process holds the lock
  permission = 8,      ///< not allowed, or read-only
  incomplete = 9,      ///< done, but not all of it can be held there (--strict), came up again (restart), or was told
  internal = 10,       ///< a bug in minipkg
  cannot_answer = 11,  ///< a query met an I/O error or a damaged database; what was found may be incomplete
  signal = 128,        ///< 128 + n: signal n asked to stop, everything was undone
};

constexpr ExitStatus status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return ExitStatus::usage;
    case ErrorKind::refused:
      return ExitStatus::refused;
    case ErrorKind::rolled_back:
      return ExitStatus::rolled_back;
    case ErrorKind::needs_recover:
      return ExitStatus::needs_recover;
    case ErrorKind::bad_package:
      return ExitStatus::bad_package;
    case ErrorKind::locked:
      return ExitStatus::locked;
    case ErrorKind::permission:
      return ExitStatus::permission;
    case ErrorKind::interrupted:
      return ExitStatus::signal;
    case ErrorKind::cannot_answer:
      return ExitStatus::cannot_answer;
    case ErrorKind::internal:
      return ExitStatus::internal;
  }
  return ExitStatus::internal;
}

}  // namespace minipkg::cli
