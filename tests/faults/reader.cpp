// SPDX-License-Identifier: MIT
// Asks a root everything that can be asked, over and over, while others write to it.
//
//   reader ROOT ROUNDS UID PACKAGE     as user UID, with a dry run of installing PACKAGE
//
// Prints each different answer once: "<question>\t<times>\t<answer on one line>". A query that fails ends it.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "minipkg/error.hpp"
#include "minipkg/json.hpp"
#include "minipkg/package.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/system.hpp"

namespace {

using namespace minipkg;

/// Only the outcomes: how many transactions there are is another answer each time.
std::string history(const System& system) {
  std::string outcomes;
  for (const HistoryEntry& entry : system.history()) {
    const std::string one = entry.outcome + " of " + std::to_string(entry.changes.size());
    if (outcomes.find(one) == std::string::npos) outcomes += one + "; ";
  }
  return outcomes;
}

std::string dry_run(const System& system, const Package& package) {
  Request request;
  request.install.push_back({&package.manifest(), package.digest(), package.file()});
  const Planned planned = plan_transaction(request, system.inspect(request));
  if (const auto* const problems = std::get_if<Problems>(&planned)) return to_json(*problems);
  // Without the inode numbers, which are others each time.
  const auto& plan = std::get<Plan>(planned);
  Report report;
  report.changes = plan.changes;
  report.totals = plan.totals;
  report.notices = plan.notices;
  return to_json(report);
}

using Question = std::pair<const char*, std::function<std::string(const System&)>>;

std::vector<Question> questions(const Package& package) {
  return {
      {"list", [](const System& system) { return to_json(system.packages()); }},
      {"owner",
       [](const System& system) {
         return to_json(system.owners({"/opt/app/added-1", "/opt/app/removed-1"}));
       }},
      {"files", [](const System& system) { return files_json(system.manifest("app").value()); }},
      {"info", [](const System& system) { return info_json(system.manifest("app").value()); }},
      {"verify", [](const System& system) { return to_json(system.verify({})); }},
      {"history", history},
      {"needs-restart", [](const System& system) { return std::to_string(system.needs_restart({}).processes.size()); }},
      {"dry run", [&package](const System& system) { return dry_run(system, package); }},
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  std::map<std::pair<std::string, std::string>, int> answers;
  try {
    const Package package = open_package(argv[4], {{}, {}, {}, SpecialFiles::allow});
    if (::setuid(static_cast<uid_t>(std::atoi(argv[3]))) != 0) return 2;
    for (int round = std::atoi(argv[2]); round > 0; --round) {
      for (const auto& [name, ask] : questions(package)) {
        const bool plans = std::string(name) == "dry run";
        if (plans && ::geteuid() != 0) continue;  // where he may not look he cannot plan
        OpenOptions options;
        options.root = argv[1];
        options.access = plans ? Access::observe : Access::read;
        std::string answer = ask(System::open(options));
        std::replace(answer.begin(), answer.end(), '\n', ' ');
        ++answers[{name, answer}];
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reader: %s\n", error.what());
    return 1;
  }
  for (const auto& [answer, times] : answers) {
    std::printf("%s\t%d\t%s\n", answer.first.c_str(), times, answer.second.c_str());
  }
}
