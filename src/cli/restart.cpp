// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/restarts.hpp"
#include "minipkg/text.hpp"
#include "remedy_text.hpp"

namespace minipkg::cli {
namespace {

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += " " + printable(word);
  return line;
}

std::string commands_text(const Restarts& restarts, const char* heading) {
  const auto commands = restarts.commands();
  if (commands.empty()) return {};
  std::string text = std::string(heading) + ":\n";
  for (const auto& command : commands) text += " " + command_line(command) + "\n";
  return text;
}

const char* word_for(Treatment treatment) {
  switch (treatment) {
    case Treatment::left:
      return "left";
    case Treatment::pending:
      return "to do";
    case Treatment::done:
      return "done";
    case Treatment::failed:
      return "failed";
    case Treatment::still_old:
      return "still old";
  }
  return "";
}

std::string line_for(const Restart& restart) {
  const bool is_reexec =
      restart.remedy.kind == RemedyKind::reexec_manager || restart.remedy.kind == RemedyKind::reexec_user_manager;
  const std::string what = object_text(restart.remedy) + (is_reexec ? " (re-executed)" : "");
  std::string text = fmt::format("{:9}  {}", word_for(restart.treatment), what);
  if (!restart.why.empty()) text += ": " + printable(restart.why);
  text += '\n';
  for (const std::string& line : restart.log) text += fmt::format("{:9}  | {}\n", "", printable(line));
  return text;
}

/// What was done before what was not.
std::string restarts_text(const Restarts& restarts) {
  std::string text;
  for (const Treatment treatment : {Treatment::done, Treatment::failed, Treatment::still_old, Treatment::left}) {
    for (const Restart& restart : restarts.all()) {
      if (restart.treatment == treatment) text += line_for(restart);
    }
  }
  return text;
}

bool has(const Restarts& restarts, Treatment treatment) {
  return std::any_of(restarts.all().begin(), restarts.all().end(),
                     [&](const Restart& restart) { return restart.treatment == treatment; });
}

void answer(Context& context, const Restarts& restarts, const std::string& text) {
  context.console.print(context.globals.json ? to_json(restarts) : text);
}

ExitStatus restart(Context& context, const RestartWish& wish) {
  const System system = context.open(Access::read);
  if (!system.is_running_system()) {
    throw Error(ErrorKind::refused,
                fmt::format("cannot restart '{}': it is not the running system", context.globals.root),
                "services are restarted by the systemd of the system they run in");
  }
  ScanOptions scan;
  Restarts restarts(system.needs_restart(scan), wish);
  if (!has(restarts, Treatment::pending)) {
    answer(context, restarts, "Nothing to restart\n" + restarts_text(restarts));
    return ExitStatus::done;
  }
  if (context.globals.dry_run) {
    answer(context, restarts, commands_text(restarts, "Would run") + restarts_text(restarts));
    return ExitStatus::done;
  }
  context.console.tell(commands_text(restarts, "Running"));
  restarts.run();
  restarts.check(system.needs_restart(scan));
  answer(context, restarts, restarts_text(restarts));
  const bool is_complete = !has(restarts, Treatment::failed) && !has(restarts, Treatment::still_old);
  return is_complete ? ExitStatus::done : ExitStatus::incomplete;
}

}  // namespace

void add_restart(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("restart", "Restart what still runs replaced files, through systemd");
  auto wish = std::make_shared<RestartWish>();
  auto* units = command->add_option("--unit", wish->units, "Only this unit; may be given again")
                    ->type_name("UNIT")
                    ->take_all()
                    ->allow_extra_args(false);
  command->add_flag("--services", wish->only_services, "Only services of the system: nothing of a user, no re-exec")
      ->excludes(units);
  command->add_flag("--include-likely", wish->likely, "Also what only seems to be old: scripts and their modules");
  command->add_flag("--include-unmanaged", wish->unmanaged, "Also what runs old files that minipkg did not replace");
  command->callback([&context, wish] { context.run = [wish](Context& with) { return restart(with, *wish); }; });
}

}  // namespace minipkg::cli
