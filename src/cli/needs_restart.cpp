// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "render_text.hpp"
#include "restart_findings.hpp"
#include "restart_forms.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

enum class Form { table, json, pids, units, user_units, batch, nagios, openmetrics };
constexpr std::array<std::pair<const char*, Form>, 8> forms{{{"table", Form::table},
                                                             {"json", Form::json},
                                                             {"pids", Form::pids},
                                                             {"units", Form::units},
                                                             {"user-units", Form::user_units},
                                                             {"batch", Form::batch},
                                                             {"nagios", Form::nagios},
                                                             {"openmetrics", Form::openmetrics}}};
using Seconds = std::chrono::duration<double>;

struct NeedsRestartOptions {
  ScanOptions scan;
  bool open_files = false, complete = false, reboot_hint = false;
  std::vector<Form> asked;       ///< every form that was asked for
  std::optional<Seconds> watch;  ///< look again after so long
};

Form form_of(const Context& context, const NeedsRestartOptions& options) {
  std::vector<Form> asked = options.asked;
  if (context.globals.json) asked.push_back(Form::json);
  if (asked.empty()) return Form::table;
  if (std::any_of(asked.begin(), asked.end(), [&](Form form) { return form != asked.front(); })) {
    throw Error(ErrorKind::usage, "cannot answer in several forms at once", "ask once for each");
  }
  if (options.reboot_hint && asked.front() != Form::json) {
    throw Error(ErrorKind::usage, "cannot give the reboot hint in this form", "--reboothint goes with --json only");
  }
  if (options.watch && asked.front() == Form::nagios) {
    throw Error(ErrorKind::usage, "cannot watch in this form", "a monitoring plugin answers once");
  }
  return asked.front();
}

struct Answer {
  std::string text;
  ExitStatus status = ExitStatus::done;
};

/// The monitoring system's own exit statuses, whatever minipkg's mean.
Answer to_answer(MonitoringAnswer answer) { return {std::move(answer.text), static_cast<ExitStatus>(answer.state)}; }

std::string text_in(Form form, const RestartReport& report, const Context& context) {
  switch (form) {
    case Form::table:
      return restart_table(report, context.console,
                           {context.console.columns(), context.globals.verbose, context.globals.root == "/"});
    case Form::json:
      return to_json(report);
    case Form::pids:
      return restart_pids(report);
    case Form::units:
      return restart_units(report);
    case Form::user_units:
      return restart_user_units(report);
    case Form::batch:
      return restart_batch(report);
    case Form::openmetrics:
      return restart_openmetrics(report);
    case Form::nagios:
      break;
  }
  return restart_nagios(report, context.globals.verbose).text;
}

Answer answer(const RestartReport& report, Form form, const Context& context, const NeedsRestartOptions& options) {
  if (form == Form::nagios) return to_answer(restart_nagios(report, context.globals.verbose));
  const bool is_negative = options.reboot_hint ? wish_of(report) != Reboot::no : needs_restart(report);
  Answer answer{{}, is_negative ? ExitStatus::negative : ExitStatus::done};
  if (options.complete && report.unreadable > 0) answer.status = ExitStatus::cannot_answer;
  const bool is_hint = options.reboot_hint && form == Form::table;
  answer.text = is_hint ? restart_reboot_hint(report) : text_in(form, report, context);
  return answer;
}

/// What the answer cannot hold. Two forms have a number for it.
void tell_the_rest(const RestartReport& report, Form form, Console& console) {
  const bool is_list = form == Form::units || form == Form::user_units;
  if (const std::size_t count = is_list ? units_left_out(report) : 0; count > 0) {
    console.note(
        fmt::format("{} not listed: to be restarted by hand, see minipkg needs-restart", count_text(count, "unit")));
  }
  if (report.unreadable == 0 || form == Form::nagios || form == Form::openmetrics) return;
  const char* remedy = geteuid() == 0 ? "" : "; run as root to see all of them";
  console.warn(fmt::format("{} could not be looked at{}", count_text(report.unreadable, "process"), remedy));
}

RestartReport look(const System& system, const NeedsRestartOptions& options) {
  ScanOptions scan = options.scan;
  scan.files = options.open_files ? OpenFiles::look : OpenFiles::skip;
  return system.needs_restart(scan);
}

ExitStatus look_once(Context& context, const NeedsRestartOptions& options, Form form) {
  const System system = context.open(Access::read);
  if (!system.live()) context.console.note("this root keeps no record of replaced files (not a live one, see --live)");
  const RestartReport report = look(system, options);
  const Answer found = answer(report, form, context, options);
  context.console.print(found.text);
  tell_the_rest(report, form, context.console);
  return found.status;
}

/// A plugin that fails must say so on its one line; its exit status must not be taken for a state.
ExitStatus look_for_monitoring(Context& context, const NeedsRestartOptions& options) {
  try {
    return look_once(context, options, Form::nagios);
  } catch (const Error& error) {
    const Answer failure = to_answer(nagios_failure(error.what()));
    context.console.print(failure.text);
    return failure.status;
  }
}

/// In short naps: a signal may be delivered to another thread, which wakes nobody. False: one came.
bool pause_for(Seconds seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(seconds);
  while (received_signal() == 0 && Clock::now() < end) {
    constexpr long nap = 50'000'000;
    const timespec time{0, nap};
    ::nanosleep(&time, nullptr);
  }
  return received_signal() == 0;
}

/// Nothing while somebody else has the databases locked.
std::optional<RestartReport> look_again(const Context& context, const NeedsRestartOptions& options) {
  try {
    return look(context.observe(), options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::locked) throw;
    return std::nullopt;
  }
}

/// Opens the root anew each time, so that nothing is locked in between. Prints when the findings have changed, or the
/// terminal's width has.
ExitStatus watch(Context& context, const NeedsRestartOptions& options, Form form) {
  catch_signals();
  std::optional<std::string> shown;
  do {
    const std::optional<RestartReport> report = look_again(context, options);
    if (!report) continue;
    RestartReport findings = *report;
    findings.scanned = findings.unreadable = 0;  // these change with every process that comes and goes
    if (std::string text = answer(findings, form, context, options).text; text != shown) {
      shown = std::move(text);
      context.console.clear_page();
      context.console.print(answer(*report, form, context, options).text);
      if (!context.console.flush()) return ExitStatus::done;
      tell_the_rest(*report, form, context.console);
    }
  } while (pause_for(*options.watch));
  return static_cast<ExitStatus>(static_cast<int>(ExitStatus::signal) + received_signal());
}

ExitStatus run(Context& context, const NeedsRestartOptions& options) {
  const Form form = form_of(context, options);
  if (options.watch) return watch(context, options, form);
  return form == Form::nagios ? look_for_monitoring(context, options) : look_once(context, options, form);
}

void add_form_options(CLI::App& command, NeedsRestartOptions& options) {
  const auto ask = [&options](Form form) { return [&options, form] { options.asked.push_back(form); }; };
  command.add_flag_callback("-p,--processes", ask(Form::pids), "Print process numbers only, one a line");
  command.add_flag_callback("-s,--services", ask(Form::units), "Print units only, one a line: those safe to restart");
  command.add_flag_callback("--user-units", ask(Form::user_units), "The same of users' own systemd: user, tab, unit");
  // In pacman's and xbps's way -r is the root everywhere else; here it is what dnf's users expect.
  command.add_flag("-r,--reboothint", options.reboot_hint, "Tell whether a reboot is wanted; exit with 1 if so");
  std::vector<std::string> names;
  for (const auto& [name, form] : forms) names.emplace_back(name);
  command
      .add_option_function<std::string>(
          "--format",
          [&options](const std::string& wanted) {
            for (const auto& [name, form] : forms) {
              if (wanted == name) options.asked.push_back(form);
            }
          },
          "table (default), json, pids, units, user-units, batch, nagios, openmetrics")
      ->check(CLI::IsMember(names).description(""))
      ->type_name("FORM");
  command
      .add_option_function<double>(
          "--watch", [&options](double seconds) { options.watch = Seconds(seconds); },
          "Look again every so many seconds (default 2), print when something has changed")
      ->expected(0, 1)
      ->default_str("2")
      ->check(CLI::Range(0.1, 86'400.0).description(""))
      ->type_name("[SEC]");
}

template <class Value>
void add_filter(CLI::App& command, const char* name, std::vector<Value>& values, const char* type, const char* help) {
  command.add_option(name, values, help)->type_name(type)->take_all()->allow_extra_args(false);
}

void add_scan_options(CLI::App& command, NeedsRestartOptions& options) {
  add_filter(command, "--pkg", options.scan.packages, "NAME", "Only files of this package; may be given again");
  add_filter(command, "--unit", options.scan.units, "UNIT", "Only processes of this unit; may be given again");
  add_filter(command, "--user", options.scan.users, "USER", "Only processes of this user; may be given again");
  add_filter(command, "--pid", options.scan.pids, "PID", "Only this process; may be given again");
  command.add_flag("--files", options.open_files, "Open files too: old data is no reason to restart, but is told");
  command.add_flag_callback(
      "--certain", [&options] { options.scan.guesses = Guesses::omit; },
      "Leave out what is only likely: scripts and modules that were read and let go");
  auto* const unmanaged = command.add_flag_callback(
      "--unmanaged", [&options] { options.scan.unmanaged = Unmanaged::everything; },
      "Every replaced file, of whatever origin, in all roots; by default those that minipkg, dpkg or rpm own");
  command
      .add_flag_callback(
          "--managed", [&options] { options.scan.unmanaged = Unmanaged::ignore; }, "Only files that minipkg replaced")
      ->excludes(unmanaged);
  command.add_flag("--complete", options.complete, "Exit with 11 if some processes could not be looked at");
}

}  // namespace

void add_needs_restart(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("needs-restart", "Name the processes that still run replaced files");
  command->alias("needs-restarting")->alias("ps");
  auto options = std::make_shared<NeedsRestartOptions>();
  add_form_options(*command, *options);
  add_scan_options(*command, *options);
  command->callback([&context, options] { context.run = [options](Context& with) { return run(with, *options); }; });
}

}  // namespace minipkg::cli
