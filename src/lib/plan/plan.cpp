// SPDX-License-Identifier: MIT
#include "minipkg/plan.hpp"

#include <algorithm>

#include "lib/plan/changes.hpp"
#include "lib/plan/steps.hpp"
#include "lib/plan/targets.hpp"

namespace minipkg {

Planned plan_transaction(const Request& request, const Facts& facts) {
  Problems problems;
  const std::vector<plan::Changing> changing = plan::decide_changes(request, facts, problems);
  const plan::Targets targets = plan::collect_targets(changing, facts, problems);

  Plan plan;
  for (const plan::Changing& one : changing) plan.changes.push_back(one.change);
  plan.places = facts.places;
  plan::StepMaker(request, facts, targets, problems).fill(plan);

  if (problems.empty()) return plan;
  std::sort(problems.begin(), problems.end());
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  return problems;
}

}  // namespace minipkg
