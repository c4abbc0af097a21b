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
    default:
      return "";  // grouped, see conflict(), or an obstacle
  }
}

std::string hint_for(const Problem& problem) {
  switch (problem.kind) {
    case ProblemKind::downgrade:
      return "--allow-downgrade installs it all the same";
    case ProblemKind::wrong_architecture:
      return "a root other than / takes every architecture: --root DIR";
    default:
      return "";
  }
}

/// A directory where something else must go, with all that would be lost with it.
Complaint type_conflict(Problems::const_iterator begin, Problems::const_iterator end, const Request& request) {
  Complaint complaint;
  std::string held;
  std::uint64_t count = 0;
  for (auto problem = begin; problem != end; ++problem) {
    if (!problem->other.empty()) held += "\n  " + printable(problem->other), ++count;
  }
  const std::string cause = count == 0
                                ? "that it did not bring"
                                : fmt::format("that holds {} that {} owns or that {} edited by hand",
                                              count_text(count, "file"), "no package", count == 1 ? "was" : "were");
  complaint.sentence = fmt::format("cannot install '{}': '{}' is a directory {}{}",
                                   incoming_name(begin->package, request), printable(begin->path), cause, held);
  complaint.hint = fmt::format("--backup-unowned DIR moves {} aside, unless edited", count == 1 ? "it" : "them");
  return complaint;
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
    complaint.hint =
        fmt::format("--overwrite '{}' replaces {}, --backup-unowned DIR moves {} aside",
                    one ? printable(begin->path) : "GLOB", one ? "it" : "those that match", one ? "it" : "them");
  }
  return complaint;
}

/// Of a foreign root, that may be every directory there is.
Complaint not_permitted(Problems::const_iterator begin, Problems::const_iterator end) {
  Complaint complaint = obstacle(*begin);
  if (end - begin == 1) return complaint;
  complaint.sentence =
      fmt::format("cannot change {} files and directories: this user may not write to them", end - begin);
  for (auto problem = begin; problem != end; ++problem) complaint.sentence += "\n  " + printable(problem->path);
  return complaint;
}

/// What problems have in common that are told together.
auto group_of(const Problem& problem) {
  static const std::string any;
  const bool denied = problem.kind == ProblemKind::not_permitted;
  return std::tie(problem.kind, denied ? any : problem.package,
                  problem.kind == ProblemKind::type_conflict ? problem.path : problem.other);
}

bool is_told_in_groups(ProblemKind kind) {
  return kind == ProblemKind::file_conflict || kind == ProblemKind::unowned_conflict ||
         kind == ProblemKind::type_conflict || kind == ProblemKind::not_permitted;
}

Complaint of_several(Problems::const_iterator begin, Problems::const_iterator end, const Request& request) {
  if (begin->kind == ProblemKind::not_permitted) return not_permitted(begin, end);
  return begin->kind == ProblemKind::type_conflict ? type_conflict(begin, end, request) : conflict(begin, end, request);
}

Complaint of_one(const Problem& problem, const Request& request) {
  if (problem.kind >= ProblemKind::no_space) return obstacle(problem);
  // A package named twice may have two versions.
  const bool twice = problem.kind == ProblemKind::repeated_package;
  const std::string name = twice ? printable(problem.package) : incoming_name(problem.package, request);
  const char* verb = problem.kind == ProblemKind::not_installed ? "remove" : "install";
  return {fmt::format("cannot {} '{}': {}", verb, name, cause_of(problem)), hint_for(problem)};
}

}  // namespace

std::vector<Complaint> complaints(const Problems& problems, const Request& request) {
  std::vector<Complaint> all;
  Problems sorted = problems;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return group_of(a) < group_of(b); });
  for (auto at = sorted.cbegin(); at != sorted.cend();) {
    auto end = at + 1;
    if (is_told_in_groups(at->kind)) {
      end = std::find_if(at, sorted.cend(), [&](const Problem& problem) { return group_of(problem) != group_of(*at); });
      all.push_back(of_several(at, end, request));
    } else {
      all.push_back(of_one(*at, request));
    }
    at = end;
  }
  return all;
}

}  // namespace minipkg::cli
