// SPDX-License-Identifier: MIT
// Requests and facts as in tests/plan: planned, and the plan told as JSON. What is planned fits what was asked.
#include <map>
#include <set>

#include "fuzz/json_mutator.hpp"
#include "fuzz/policy.hpp"
#include "lib/model/path.hpp"
#include "minipkg/json.hpp"
#include "minipkg/plan.hpp"
#include "support/facts_json.hpp"

using namespace minipkg;
using fuzz::require;

namespace {

/// What gathering facts sees to: every path was looked at, numbers lead somewhere.
bool is_coherent(const Request& request, Facts& facts) {
  const auto is_place = [&](std::uint32_t place) { return place < facts.places.size(); };
  for (const Incoming& incoming : request.install) {
    for (const FileEntry& file : incoming.manifest->files) facts.paths.try_emplace(file.path);
  }
  if (!is_place(facts.databases.place)) return false;
  const auto is_path = [](const std::string& path) { return why_bad_path(path, OddNames::allow).empty(); };
  for (const auto& [path, fact] : facts.paths) {
    if ((path != "/" && !is_path(path)) || !is_place(fact.place)) return false;
    if (!fact.free_backup_name.empty() && !is_path(fact.free_backup_name)) return false;
    for (const std::string& child : fact.unowned_children) {
      if (!facts.paths.contains(child)) return false;
    }
  }
  return true;
}

std::size_t new_inodes(const Step& step) {
  return std::holds_alternative<CreateDirectory>(step) || std::holds_alternative<CreateFile>(step) ||
         std::holds_alternative<ReplaceFile>(step) || std::holds_alternative<ChangeType>(step);
}

void check_source(const Request& request, const std::optional<Source>& from) {
  if (!from) return;
  require(from->package < request.install.size(), "what is staged comes from a package of the request");
  require(from->entry < request.install[from->package].manifest->files.size(), "and from an entry of it");
}

void check_steps(const Request& request, const Plan& plan) {
  require(plan.step_places.size() == plan.steps.size(), "each step has a place");
  for (const std::uint32_t place : plan.step_places) require(place < plan.places.size(), "a place that there is");
  std::set<std::string> made;
  for (const Step& step : plan.steps) {
    const std::string& path = std::visit([](const auto& any) -> const std::string& { return any.path; }, step);
    fuzz::require_good_path(path, OddNames::allow);  // somebody was asked when they were installed
    if (new_inodes(step) != 0) require(made.insert(path).second, "one path is made once");
    std::visit(
        [&](const auto& any) {
          if constexpr (requires { any.from; }) check_source(request, any.from);
          if constexpr (requires { any.save_as; }) require(any.save_as != any.path, "what is saved gets another name");
        },
        step);
  }
}

void check_plan(const Request& request, const Plan& plan) {
  check_steps(request, plan);
  std::set<std::string> changed;
  for (const PackageChange& change : plan.changes) {
    require(changed.empty() || *changed.rbegin() < change.name, "changes are sorted, one a package");
    changed.insert(change.name);
    require(!change.incoming || *change.incoming < request.install.size(), "what changes was asked for");
  }
  require(!plan.changes.empty() || plan.steps.empty(), "no steps without a change");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nlohmann::json json = nlohmann::json::parse(data, data + size, nullptr, false);
  if (json.is_discarded()) return -1;
  test::PlanCase given;
  try {
    given = test::plan_case_from(json);
  } catch (const std::exception&) {
    return -1;  // no case at all
  }
  if (!is_coherent(given.request, given.facts)) return -1;
  const Planned planned = plan_transaction(given.request, given.facts);
  require(plan_transaction(given.request, given.facts) == planned, "the same facts make the same plan");
  const std::string told = std::visit([](const auto& either) { return to_json(either); }, planned);
  require(nlohmann::json::accept(told) && told.back() == '\n', "a plan is told as JSON");
  if (const auto* plan = std::get_if<Plan>(&planned)) return check_plan(given.request, *plan), 0;
  const Problems& problems = std::get<Problems>(planned);
  require(!problems.empty() && std::is_sorted(problems.begin(), problems.end()), "problems are sorted");
  return 0;
}
