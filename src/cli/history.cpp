// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <map>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"
#include "source_date_epoch.hpp"

namespace minipkg::cli {
namespace {

constexpr std::size_t changes_in_a_line = 3;

std::string changes_text(const HistoryEntry& entry) {
  std::string text;
  for (std::size_t i = 0; i < entry.changes.size() && i < changes_in_a_line; ++i) {
    text += (i > 0 ? ", " : "") + change_line(entry.changes[i]);
  }
  if (entry.changes.size() > changes_in_a_line) {
    text += fmt::format(" and {} more", entry.changes.size() - changes_in_a_line);
  }
  return text;
}

/// Whether the way back is there, and what it costs.
std::string kept_text(const HistoryEntry& entry) { return entry.kept ? size_text(entry.kept_bytes) : "-"; }

std::string command_text(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + printable(word);
  return text;
}

ExitStatus list(Context& context) {
  const std::vector<HistoryEntry> entries = context.open(Access::read).history();
  Rows rows;
  for (const HistoryEntry& entry : entries) {
    rows.push_back({std::to_string(entry.transaction), time_text(entry.started), entry.outcome, kept_text(entry),
                    changes_text(entry)});
  }
  context.console.print(context.globals.json ? to_json(entries) : records(rows, context.console));
  return ExitStatus::done;
}

std::string entry_text(const HistoryEntry& entry) {
  std::string text = aligned({{"Transaction:", fmt::format("{} ({})", entry.transaction, printable(entry.id))},
                              {"Outcome:", entry.outcome},
                              {"Began:", time_text(entry.started)},
                              {"Ended:", entry.finished == 0 ? "-" : time_text(entry.finished)},
                              {"User:", std::to_string(entry.uid)},
                              {"Command:", command_text(entry.command)},
                              {"Kept:", entry.kept ? size_text(entry.kept_bytes) + " of old files" : "-"}});
  for (const PackageChange& change : entry.changes) text += change_line(change) + "\n";
  Rows rows;
  for (const HistoryFile& file : entry.files) rows.push_back({"  " + file.action, printable(file.path)});
  return text + aligned(rows);
}

ExitStatus show(Context& context, std::uint64_t transaction) {
  const std::optional<HistoryEntry> entry = context.open(Access::read).history(transaction);
  if (!entry) {
    context.console.complain(fmt::format("cannot find '{}': no such transaction in history", transaction));
    return ExitStatus::negative;
  }
  context.console.print(context.globals.json ? to_json(*entry) : entry_text(*entry));
  return ExitStatus::done;
}

struct PruneOptions {
  Retention retention;
  std::optional<std::int64_t> older;  ///< seconds
};

ExitStatus prune(Context& context, const PruneOptions& options) {
  Retention retention = options.retention;
  if (options.older) retention.finished_since = source_date_epoch().value_or(std::time(nullptr)) - *options.older;
  if (!retention.transactions && !retention.bytes && !retention.finished_since) {
    throw Error(ErrorKind::usage, "cannot prune 'history': nothing says how much of it to keep",
                "--keep N, --older TIME or --max-size SIZE");
  }
  System system = context.open(context.globals.dry_run ? Access::observe : Access::write);
  const std::vector<HistoryEntry> beyond = system.beyond(retention);
  Rows rows;
  for (const HistoryEntry& entry : beyond) {
    if (!context.globals.dry_run) system.prune(entry.transaction);
    rows.push_back({std::to_string(entry.transaction), size_text(entry.kept_bytes)});
  }
  context.console.print(context.globals.json ? to_json(beyond) : records(rows, context.console));
  return context.globals.dry_run ? ExitStatus::done : context.done();
}

void add_prune(CLI::App& history, Context& context) {
  CLI::App* command = history.add_subcommand("prune", "Give up old files that are kept for undo, and list which");
  auto options = std::make_shared<PruneOptions>();
  command->add_option("--keep", options->retention.transactions, "Keep those of the last N transactions")
      ->type_name("N");
  command->add_option("--older", options->older, "Give up those of transactions older than 30d, 2w, 12h")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::int64_t>{{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}},
          CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"))
      ->type_name("TIME");
  command->add_option("--max-size", options->retention.bytes, "Keep at most 500M, 2G of the newest")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command->callback([&context, options] { context.run = [options](Context& with) { return prune(with, *options); }; });
}

}  // namespace

void add_history(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("history", "List past transactions, or show one");
  command->require_subcommand(0, 1);
  command->add_subcommand("list", "List past transactions, newest first (the default)");
  CLI::App* one = command->add_subcommand("show", "Show one transaction with its files");
  auto number = std::make_shared<std::uint64_t>(0);
  one->add_option("N", *number, "Its number in the list")->required();
  one->callback([&context, number] { context.run = [number](Context& with) { return show(with, *number); }; });
  add_prune(*command, context);
  command->callback([&context] {
    if (!context.run) context.run = list;
  });
}

}  // namespace minipkg::cli
