// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// "hello 2.12", where the request brings it.
std::string incoming_name(const std::string& package, const Request& request) {
  for (const Incoming& incoming : request.install) {
    if (incoming.manifest->name == package) return printable(package) + " " + printable(incoming.manifest->version);
  }
  return printable(package);
}

std::string cause_of(const Problem& problem) {
  const std::string path = printable(problem.path), other = printable(problem.other);
  switch (problem.kind) {
    case ProblemKind::type_conflict:
      return other.empty() ? fmt::format("'{}' is a directory that it did not bring", path)
                           : fmt::format("'{}' is a directory that holds '{}', which no package owns", path, other);
    case ProblemKind::unsafe_path:
      return other.empty() ? fmt::format("its path '{}' is not safe", path)
                           : fmt::format("its path '{}' is not safe: {}", path, other);
    case ProblemKind::downgrade:
      return fmt::format("version {} is installed and newer", other);
    case ProblemKind::not_installed:
      return "it is not installed";
    case ProblemKind::wrong_architecture:
      return other.empty() ? "it is built for another architecture" : fmt::format("it is built for {}", other);
    case ProblemKind::repeated_package:
      return "it is asked for twice";
    case ProblemKind::cross_place_link:
      return fmt::format("'{}' and '{}' are one file, but would lie on two file systems", path, other);
    case ProblemKind::unknown_scheme:
      return fmt::format("version {} is installed, of another version scheme", other);
    case ProblemKind::cannot_hold:
      return fmt::format("the file system at '{}' has no {}", path, other);
    case ProblemKind::file_conflict:
    case ProblemKind::unowned_conflict:
      break;  // grouped, see conflict()
  }
  return "";
}

std::string hint_for(const Problem& problem) {
  switch (problem.kind) {
    case ProblemKind::type_conflict:

      return problem.other.empty() ? "" : fmt::format("move '{}' away", printable(problem.other));
    case ProblemKind::downgrade:
      return "--allow-downgrade installs it all the same";
    case ProblemKind::wrong_architecture:
      return "a root other than / takes every architecture: --root DIR";
    default:
      return "";
  }
}

/// Every path of one conflict stands in one complaint.
Complaint conflict(Problems::const_iterator begin, Problems::const_iterator end, const Request& request) {
  const bool unowned = begin->kind == ProblemKind::unowned_conflict;
  const auto count = static_cast<std::uint64_t>(end - begin);
  Complaint complaint;
  const bool one = count == 1;
  const std::string cause =
      unowned ? fmt::format("{} that no package owns {} in the way", count_text(count, "file"), one ? "is" : "are")
              : fmt::format("{} {} to '{}'", count_text(count, "file"), one ? "belongs" : "belong",
                            printable(begin->other));
  complaint.sentence = fmt::format("cannot install '{}': {}", incoming_name(begin->package, request), cause);
  for (auto problem = begin; problem != end; ++problem) complaint.sentence += "\n  " + printable(problem->path);
  if (unowned) {
    complaint.hint = fmt::format("--overwrite '{}' replaces {}", one ? printable(begin->path) : "GLOB",
                                 one ? "it" : "those that match");
  }
  return complaint;
}

}  // namespace

std::vector<Complaint> complaints(const Problems& problems, const Request& request) {
  std::vector<Complaint> all;
  Problems sorted = problems;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.kind, a.package, a.other) < std::tie(b.kind, b.package, b.other);
  });
  for (auto at = sorted.cbegin(); at != sorted.cend();) {
    auto end = at + 1;
    if (at->kind == ProblemKind::file_conflict || at->kind == ProblemKind::unowned_conflict) {
      end = std::find_if(at, sorted.cend(), [&](const Problem& problem) {
        return std::tie(problem.kind, problem.package, problem.other) != std::tie(at->kind, at->package, at->other);
      });
      all.push_back(conflict(at, end, request));
    } else {
      // A package named twice may have two versions.
      const bool twice = at->kind == ProblemKind::repeated_package;
      const std::string name = twice ? printable(at->package) : incoming_name(at->package, request);
      const char* verb = at->kind == ProblemKind::not_installed ? "remove" : "install";
      all.push_back({fmt::format("cannot {} '{}': {}", verb, name, cause_of(*at)), hint_for(*at)});
    }
    at = end;
  }
  return all;
}

}  // namespace minipkg::cli
