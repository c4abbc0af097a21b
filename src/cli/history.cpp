// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"

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

std::string command_text(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + printable(word);
  return text;
}

ExitStatus list(Context& context) {
  const std::vector<HistoryEntry> entries = context.open(Access::read).history();
  Rows rows;
  for (const HistoryEntry& entry : entries) {
    rows.push_back({std::to_string(entry.transaction), time_text(entry.started), entry.outcome, changes_text(entry)});
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
                              {"Command:", command_text(entry.command)}});
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

}  // namespace

void add_history(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("history", "List past transactions, or show one");
  command->require_subcommand(0, 1);
  command->add_subcommand("list", "List past transactions, newest first (the default)");
  CLI::App* one = command->add_subcommand("show", "Show one transaction with its files");
  auto number = std::make_shared<std::uint64_t>(0);
  one->add_option("N", *number, "Its number in the list")->required();
  command->callback([&context, one, number] {
    if (!one->parsed()) {
      context.run = list;
    } else {
      context.run = [number](Context& with) { return show(with, *number); };
    }
  });
}

}  // namespace minipkg::cli
