// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// "needs 12.0 MiB there, 8.9 MiB more than the 3.1 MiB that are free"
Complaint too_little(const Problem& problem) {
  const bool bytes = problem.kind == ProblemKind::no_space;
  const auto amount = [bytes](std::uint64_t count) { return bytes ? size_text(count) : count_text(count, "inode"); };
  const std::string missing = amount(problem.needed - problem.free);
  const char* whose = problem.other == "user_quota"    ? "the quota of this user leaves"
                      : problem.other == "group_quota" ? "the quota of this group leaves"
                                                       : "are free";
  Complaint complaint;
  complaint.sentence = fmt::format(
      "cannot store on the file system of '{}': the transaction needs {} there, {} more than the {} that {}",
      printable(problem.path), amount(problem.needed), missing, amount(problem.free), whose);
  complaint.hint = !problem.other.empty() ? fmt::format("remove files, or have the quota raised by {}", missing)
                   : bytes                ? fmt::format("free {} or more there", missing)
                           : fmt::format("remove {} or more there", count_text(problem.needed - problem.free, "file"));
  return complaint;
}

/// What stands in the way, and the way out of it, of the one path.
struct Words {
  const char* cause;
  const char* hint;  ///< {0}: the path, {1}: Problem::other
};

Words words_for(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::read_only:
      return {"the file system mounted at '{1}' is read-only", "mount -o remount,rw '{1}'"};
    case ProblemKind::immutable:
      return {"it is immutable", "chattr -i '{0}'"};
    case ProblemKind::append_only:
      return {"it can only be appended to", "chattr -a '{0}'"};
    case ProblemKind::mount_point:
      return {"something is mounted on it", "umount '{0}' first"};
    case ProblemKind::swap_file:
      return {"it is an active swap file", "swapoff '{0}' first"};
    case ProblemKind::not_permitted:
      return {"this user may not write to it", "run minipkg as root"};
    case ProblemKind::backup_elsewhere:
      return {"it would have to move to '{1}' on another file system",
              "name a directory of the same file system with --backup-unowned"};
    case ProblemKind::backup_impossible:
      return {"it is needed as a directory of --backup-unowned", "name another directory with --backup-unowned"};
    default:
      return {"", ""};
  }
}

}  // namespace

Complaint obstacle(const Problem& problem) {
  const std::string path = printable(problem.path), other = printable(problem.other);
  const bool saved = path.find(".minipkg-save") != path.npos;
  switch (problem.kind) {
    case ProblemKind::no_space:
    case ProblemKind::no_inodes:
      return too_little(problem);
    case ProblemKind::file_too_large:
      return {fmt::format("cannot write '{}': its {} are more than the {} that this process may write to a file", path,
                          size_text(problem.needed), size_text(problem.free)),
              "raise the limit: ulimit -f unlimited"};
    case ProblemKind::name_too_long:
      return {fmt::format("cannot make '{}': its name has {} bytes, and the file system takes {}", path, problem.needed,
                          problem.free),
              saved ? "move the edited file away yourself" : "it takes a package with shorter names"};
    default:
      break;
  }
  const Words words = words_for(problem.kind);
  const auto say = [&](const char* text) { return fmt::format(fmt::runtime(text), path, other); };
  return {fmt::format("cannot change '{}': {}", path, say(words.cause)), say(words.hint)};
}

}  // namespace minipkg::cli
