// SPDX-License-Identifier: MIT
#include "minipkg/plan.hpp"

#include <algorithm>

#include "lib/model/twins.hpp"
#include "lib/plan/changes.hpp"
#include "lib/plan/obstacles.hpp"
#include "lib/plan/steps.hpp"
#include "lib/plan/targets.hpp"

namespace minipkg {
namespace plan {
namespace {

/// Places that nothing is done in need no staging area; they may be read-only.
void keep_used_places(Plan& plan) {
  constexpr std::uint32_t unused = ~0U;
  std::vector<std::uint32_t> numbers(plan.places.size(), unused);
  for (const std::uint32_t place : plan.step_places) numbers.at(place) = 0;
  for (const Displaced& one : plan.displaced) numbers.at(one.place) = 0;
  std::vector<Place> used;
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    if (numbers[place] == unused) continue;
    numbers[place] = static_cast<std::uint32_t>(used.size());
    used.push_back(std::move(plan.places[place]));
  }
  plan.places = std::move(used);
  for (std::uint32_t& place : plan.step_places) place = numbers[place];
  for (Displaced& one : plan.displaced) one.place = numbers[one.place];
}

std::vector<Notice> twins(const Request& request) {
  std::vector<Notice> notices;
  for (const Incoming& incoming : request.install) {
    for (Notice& notice : twin_notices(*incoming.manifest)) notices.push_back(std::move(notice));
  }
  return notices;
}

}  // namespace
}  // namespace plan

std::vector<Notice> twin_notices(const Manifest& manifest) {
  std::vector<Notice> notices;
  for (Twins& twins : find_twins(manifest.files)) {
    const bool by_case = twins.by == Twins::By::letter_case;
    notices.push_back({by_case ? NoticeKind::differs_in_case : NoticeKind::looks_the_same, manifest.name,
                       std::move(twins.path), std::move(twins.other)});
  }
  return notices;
}

Planned plan_transaction(const Request& request, const Facts& facts) {
  Problems problems;
  const std::vector<plan::Changing> changing = plan::decide_changes(request, facts, problems);
  const plan::Targets targets = plan::collect_targets(changing, facts, problems);

  Plan plan;
  for (const plan::Changing& one : changing) plan.changes.push_back(one.change);
  plan.notices = plan::twins(request);
  plan.places = facts.places;
  plan::StepMaker(request, facts, targets, problems).fill(plan);
  plan::find_obstacles(request, facts, plan, problems);
  plan::find_lack_of_space(request, facts, plan, problems);
  plan::keep_used_places(plan);

  if (problems.empty()) return plan;
  std::sort(problems.begin(), problems.end());
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  return problems;
}

}  // namespace minipkg
