// SPDX-License-Identifier: MIT
#include "transaction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "payload_check.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

void tell_unread(Context& context, const Report& report) {
  for (const std::string& file : report.unread_archives) {
    context.console.tell(fmt::format("{}: archive not read, its manifest told enough\n", printable(file)));
  }
}

/// Each one that --allow-special let in.
void tell_special_files(Context& context, const std::vector<Package>& packages) {
  for (const Package& package : packages) {
    for (const std::string& file : package.special_files()) {
      context.console.note(fmt::format("{} brings {}", printable(package.manifest().name), printable(file)));
    }
  }
}

void warn(Context& context, const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) {
    if (const std::string warning = warning_text(notice); !warning.empty()) context.console.warn(warning);
  }
}

void print_plan(Context& context, const Plan& plan) {
  context.console.tell(plan_text(plan.changes, context.console));
  if (context.globals.verbose > 0) context.console.tell(steps_text(plan));
}

}  // namespace

std::vector<const Package*> pointers(const std::vector<Package>& packages) {
  std::vector<const Package*> result;
  for (const Package& package : packages) result.push_back(&package);
  return result;
}

namespace {

/// What stands in the way, looked for without the lock. Over a tree that is neither old nor new nothing can be said.
Problems foreseen(Context& context, const RequestFor& request_for) {
  const System system = context.observe();
  if (!system.pending_recovery().empty()) return {};
  const Request& request = request_for(system);
  const Planned planned = plan_transaction(request, system.inspect(request));
  const auto* const problems = std::get_if<Problems>(&planned);
  return problems == nullptr ? Problems() : *problems;
}

bool may_be_an_obstacle(ErrorKind kind) {
  return kind == ErrorKind::permission || kind == ErrorKind::cannot_answer || kind == ErrorKind::rolled_back;
}

}  // namespace

std::variant<Ready, Problems> prepare(Context& context, const Request& request) {
  return prepare(context, [&request](const System&) -> const Request& { return request; });
}

std::variant<Ready, Problems> prepare(Context& context, const RequestFor& request_for) {
  if (context.root_is_new()) {
    if (Problems problems = foreseen(context, request_for); !problems.empty()) return problems;
  }
  try {
    System system = context.open(Access::write);
    const Request& request = request_for(system);
    Planned planned = plan_transaction(request, system.inspect(request));
    if (auto* const problems = std::get_if<Problems>(&planned)) return std::move(*problems);
    return Ready{std::move(system), std::get<Plan>(std::move(planned))};
  } catch (const Error& error) {
    // A directory or a file system that the databases cannot be written to is one obstacle; there may be others.
    if (!may_be_an_obstacle(error.kind())) throw;
    Problems problems = foreseen(context, request_for);
    if (problems.empty()) throw;
    return problems;
  }
}

namespace {

/// Whoever runs it, or the file system, forbids it: 8. Anything else that stands in the way as well: 3.
ExitStatus status_of(const Problems& problems) {
  const bool forbidden = std::all_of(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.kind == ProblemKind::read_only || problem.kind == ProblemKind::not_permitted;
  });
  return forbidden ? ExitStatus::permission : ExitStatus::refused;
}

}  // namespace

ExitStatus refuse(Context& context, const Problems& problems, const Request& request) {
  if (context.globals.json) context.console.print(to_json(problems));
  for (const Complaint& complaint : complaints(problems, request)) {
    context.console.complain(complaint.sentence, complaint.hint);
  }
  return status_of(problems);
}

System open_to_observe(Context& context) {
  System system = context.open(Access::observe);
  if (!system.pending_recovery().empty()) {
    throw Error(ErrorKind::needs_recover, "cannot plan 'a transaction': another one was interrupted and is not undone",
                "run minipkg recover as root");
  }
  return system;
}

ExitStatus show_dry_run(Context& context, const System& system, const Request& request,
                        const std::vector<Package>& packages) {
  const Planned planned = plan_transaction(request, system.inspect(request));
  if (const auto* problems = std::get_if<Problems>(&planned)) return refuse(context, *problems, request);
  const Plan& plan = std::get<Plan>(planned);
  if (context.globals.json) context.console.print(to_json(plan));
  tell_special_files(context, packages);
  print_plan(context, plan);
  context.console.tell(notices_text(plan.notices));
  warn(context, plan.notices);
  const std::string summary = plan.empty() ? "nothing to do" : summary_text(plan.changes, plan.totals);
  context.console.tell(fmt::format("Dry run, nothing was changed: {}\n", summary));
  return ExitStatus::done;
}

void announce(Context& context, const Plan& plan, const std::vector<Package>& packages) {
  tell_special_files(context, packages);
  print_plan(context, plan);
  context.console.flush();  // to be read before the work begins
}

ExitStatus show_report(Context& context, System& system, const Report& report, StartTime began) {
  const std::string untidy = system.close();
  if (context.globals.json) context.console.print(to_json(report));
  context.console.tell(notices_text(report.notices));
  tell_unread(context, report);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
  context.console.tell(fmt::format("{}, {:.1f} s\n", summary_text(report.changes, report.totals), seconds.count()));
  warn(context, report.notices);
  for (const std::string& warning : report.warnings) context.console.warn(printable(warning));
  if (!untidy.empty()) context.console.warn(untidy + "; everything is done, the next command tidies up");
  const ExitStatus status = context.done();
  return context.globals.json ? status : ExitStatus::done;  // without it the plan is the answer, and was shown
}

bool has_lost_attributes(const Report& report) {
  return std::any_of(report.notices.begin(), report.notices.end(),
                     [](const Notice& notice) { return notice.kind == NoticeKind::attribute_lost; });
}

ExitStatus show_nothing_to_do(Context& context, const std::vector<Package>& packages, ArchiveCheck check) {
  Report report;
  for (const Package& package : packages) {
    if (check == ArchiveCheck::always) {
      check_payload(package);
    } else if (package.form() == Package::Form::native) {
      report.unread_archives.push_back(package.file());
    }
  }
  if (context.globals.json) context.console.print(to_json(report));
  tell_unread(context, report);
  context.console.tell("Nothing to do\n");
  return ExitStatus::done;
}

}  // namespace minipkg::cli
