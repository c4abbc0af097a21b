// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <functional>
#include <variant>
#include <vector>

#include "context.hpp"
#include "minipkg/package.hpp"
#include "minipkg/plan.hpp"

/// The words that install and remove have in common.
namespace minipkg::cli {

using StartTime = std::chrono::steady_clock::time_point;

std::vector<const Package*> pointers(const std::vector<Package>&);

/// A plan, and the root it was made for under the lock.
struct Ready {
  System system;
  Plan plan;
};
/// Opens for writing and plans. Nothing has been written when problems come back, not even where a root has no
/// databases yet or they cannot be written: what stands in the way is looked for without the lock then.
std::variant<Ready, Problems> prepare(Context&, const Request&);
/// The same where what is wished depends on the root. What it refers to must outlive the plan.
using RequestFor = std::function<const Request&(const System&)>;
std::variant<Ready, Problems> prepare(Context&, const RequestFor&);

/// All problems on stderr, as a person reads them; the JSON form on stdout.
ExitStatus refuse(Context&, const Problems&, const Request&);
/// For a dry run: refuses a root that an interrupted transaction left mixed.
System open_to_observe(Context&);
/// The plan is the answer, and nothing is touched.
ExitStatus show_dry_run(Context&, const System&, const Request&, const std::vector<Package>&);
/// For a person who watches: what is about to happen.
void announce(Context&, const Plan&, const std::vector<Package>&);
/// Ends a transaction that is done: what fails from here on is a warning, never an error.
ExitStatus show_report(Context&, System&, const Report&, StartTime began);
/// A file system could not hold all that was asked for: what --strict asks.
bool has_lost_attributes(const Report&);
/// What is wished is there already. The data of the packages is checked only if that is wished too.
ExitStatus show_nothing_to_do(Context&, const std::vector<Package>&, ArchiveCheck);

}  // namespace minipkg::cli
