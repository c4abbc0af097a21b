// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <nlohmann/json.hpp>

#include "minipkg/plan.hpp"

/// Facts and requests as files of tests/plan: what plan_transaction is told, written down by hand.
namespace minipkg::test {

struct PlanCase {
  std::deque<Manifest> manifests;  ///< the request points into it
  Request request;
  Facts facts;
};

/// Members that are left out keep their default. Throws on an unknown member: a slip of the pen is no test.
PlanCase plan_case_from(const nlohmann::json&);

}  // namespace minipkg::test
