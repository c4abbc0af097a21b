// SPDX-License-Identifier: MIT
#include "minipkg/restarts.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "lib/base/fail.hpp"
#include "lib/service/choose.hpp"
#include "lib/service/commands.hpp"
#include "lib/service/run_program.hpp"
#include "lib/service/unit_state.hpp"

namespace minipkg {

using namespace service;

struct Restarts::Impl {
  Programs programs;
  std::vector<Restart> restarts;
  std::vector<UnitState> before;        ///< parallel to restarts; unknown for what is no unit
  std::map<std::size_t, Finished> ran;  ///< the call that each was part of
  std::vector<Manager> reloading;

  bool is_pending(std::size_t n) const { return restarts[n].treatment == Treatment::pending; }
  void leave(std::size_t n, std::string why) { conclude(n, Treatment::left, std::move(why)); }
  void conclude(std::size_t n, Treatment treatment, std::string why) {
    restarts[n].treatment = treatment;
    restarts[n].why = std::move(why);
  }
  std::vector<UnitState> ask() const;
  void leave_what_systemd_would_not_do();
  void require_permission() const;
  void judge(std::size_t n, const UnitState& after, const RestartReport& since);
  void add_log(std::size_t n);
};

namespace {

bool is_unit(const Remedy& remedy) {
  return remedy.kind == RemedyKind::restart_unit || remedy.kind == RemedyKind::reload_unit ||
         remedy.kind == RemedyKind::restart_user_unit;
}

bool is_same_object(const Remedy& left, const Remedy& right) {
  return is_unit(left) == is_unit(right) && manager_of(left) == manager_of(right) && left.unit == right.unit &&
         (is_unit(left) || left.kind == right.kind);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

Programs find_programs() {
  return {first_program({"/usr/bin/systemctl", "/bin/systemctl"}),
          first_program({"/usr/bin/journalctl", "/bin/journalctl"}), ::geteuid()};
}

}  // namespace

/// One call for each manager. Unknown where systemd does not answer: running then tells why.
std::vector<UnitState> Restarts::Impl::ask() const {
  std::vector<UnitState> states(restarts.size());
  std::vector<std::pair<Manager, std::vector<std::size_t>>> asked;
  for (std::size_t n = 0; n < restarts.size(); ++n) {
    if (!is_pending(n) || !is_unit(restarts[n].remedy)) continue;
    const Manager manager = manager_of(restarts[n].remedy);
    auto of_manager = std::find_if(asked.begin(), asked.end(), [&](const auto& each) { return each.first == manager; });
    if (of_manager == asked.end()) of_manager = asked.insert(asked.end(), {manager, {}});
    of_manager->second.push_back(n);
  }
  for (const auto& [manager, indices] : asked) {
    std::vector<std::string> units;
    for (const std::size_t n : indices) units.push_back(restarts[n].remedy.unit);
    const auto answers = parse_unit_states(run_program(show_command(manager, units, programs)).output);
    if (answers.size() != indices.size()) continue;
    for (std::size_t at = 0; at < indices.size(); ++at) states[indices[at]] = answers[at];
  }
  return states;
}

void Restarts::Impl::leave_what_systemd_would_not_do() {
  before = ask();
  for (std::size_t n = 0; n < restarts.size(); ++n) {
    if (!before[n].is_known()) continue;
    if (std::string why = service::why_left(before[n]); !why.empty()) {
      leave(n, std::move(why));
    } else if (before[n].needs_reload) {
      const Manager manager = manager_of(restarts[n].remedy);
      if (std::find(reloading.begin(), reloading.end(), manager) == reloading.end()) reloading.push_back(manager);
    }
  }
}

void Restarts::Impl::require_permission() const {
  for (std::size_t n = 0; n < restarts.size() && programs.caller != 0; ++n) {
    const Remedy& remedy = restarts[n].remedy;
    if (!is_pending(n) || manager_of(remedy) == Manager{true, programs.caller}) continue;
    fail(ErrorKind::permission, "restart", remedy.unit, "only root may", "run it as root, or name your own units");
  }
}

Restarts::Restarts(const RestartReport& report, const RestartWish& wish) : impl_(std::make_unique<Impl>()) {
  impl_->restarts = choose(report, wish);
  impl_->before.resize(impl_->restarts.size());
  impl_->programs = find_programs();
  impl_->require_permission();
  const auto pending = [&](const Restart& each) { return each.treatment == Treatment::pending; };
  if (std::none_of(impl_->restarts.begin(), impl_->restarts.end(), pending)) return;
  if (impl_->programs.systemctl.empty())
    fail(ErrorKind::refused, "run", "systemctl", "there is none in /usr/bin or /bin");
  impl_->leave_what_systemd_would_not_do();
}

Restarts::Restarts(Restarts&&) noexcept = default;
Restarts& Restarts::operator=(Restarts&&) noexcept = default;
Restarts::~Restarts() = default;

const std::vector<Restart>& Restarts::all() const { return impl_->restarts; }

std::vector<std::vector<std::string>> Restarts::commands() const {
  std::vector<std::vector<std::string>> commands;
  for (Step& step : steps_for(impl_->restarts, impl_->reloading, impl_->programs)) {
    commands.push_back(std::move(step.command));
  }
  return commands;
}

void Restarts::run() {
  for (const Step& step : steps_for(impl_->restarts, impl_->reloading, impl_->programs)) {
    const Finished finished = run_program(step.command);
    for (const std::size_t n : step.restarts) impl_->ran[n] = finished;
  }
  // Most services are called up when they have been started, whether or not they stay.
  constexpr std::chrono::milliseconds settling(500);
  if (!impl_->ran.empty()) std::this_thread::sleep_for(settling);
}

void Restarts::Impl::add_log(std::size_t n) {
  if (programs.journalctl.empty()) return;
  const Remedy& remedy = restarts[n].remedy;
  const Finished journal = run_program(log_command(manager_of(remedy), remedy.unit, programs));
  if (journal.status == 0) restarts[n].log = lines_of(journal.output);
}

void Restarts::Impl::judge(std::size_t n, const UnitState& after, const RestartReport& since) {
  const Remedy& remedy = restarts[n].remedy;
  const Finished& call = ran[n];
  if (after.is_known()) {
    const bool is_reload = remedy.kind == RemedyKind::reload_unit;
    std::string why = is_reload && after.is_up() ? "" : why_failed(before[n], after);
    if (!why.empty()) {
      conclude(n, Treatment::failed, std::move(why));
      return add_log(n);
    }
  } else if (is_unit(remedy) || call.status != 0) {
    return conclude(n, Treatment::failed, "systemctl: " + first_line(call.output));
  }
  const auto old = std::find_if(since.remedies.begin(), since.remedies.end(),
                                [&](const Remedy& now) { return is_same_object(now, remedy); });
  if (old == since.remedies.end()) return conclude(n, Treatment::done, {});
  const std::string refusal = call.status == 0 ? "" : "; systemctl: " + first_line(call.output);
  conclude(n, Treatment::still_old,
           fmt::format("old files are still in use by process {}{}", fmt::join(old->pids, ", "), refusal));
}

void Restarts::check(const RestartReport& since) {
  const std::vector<UnitState> after = impl_->ask();
  for (std::size_t n = 0; n < impl_->restarts.size(); ++n) {
    if (impl_->is_pending(n)) impl_->judge(n, after[n], since);
  }
}

}  // namespace minipkg
