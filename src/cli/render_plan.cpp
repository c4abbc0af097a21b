// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <array>

#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

struct ActionWords {
  Action action;
  const char* heading;
  const char* verb;
};
constexpr std::array<ActionWords, 5> all_actions{{{Action::install, "Install", "install"},
                                                  {Action::upgrade, "Upgrade", "upgrade"},
                                                  {Action::downgrade, "Downgrade", "downgrade"},
                                                  {Action::reinstall, "Reinstall", "reinstall"},
                                                  {Action::remove, "Remove", "remove"}}};

std::string versions(const PackageChange& change) {
  const std::string from = printable(change.from_version), to = printable(change.to_version);
  if (from.empty() || to.empty() || from == to) return to.empty() ? from : to;
  return fmt::format("{} -> {}", from, to);
}

const char* word_for(const CreateDirectory&) { return "create"; }
const char* word_for(const CreateFile&) { return "create"; }
const char* word_for(const ReplaceFile&) { return "replace"; }
const char* word_for(const ChangeType&) { return "replace"; }
const char* word_for(const SetAttributes&) { return "adjust"; }
const char* word_for(const SaveFile&) { return "save"; }
const char* word_for(const RemoveFile&) { return "remove"; }
const char* word_for(const RemoveDirectory&) { return "remove"; }

const char* sentence_for(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::directory_mode_kept:
      return "keeps its mode and owner";
    case NoticeKind::directory_not_empty:
      return "stays: no package owns what is in it:";
    case NoticeKind::file_saved:
      return "was edited; kept as";
    case NoticeKind::unowned_overwritten:
      return "was replaced though no package owned it";
    case NoticeKind::edited_file_removed:
      return "was edited; kept as";
    case NoticeKind::unowned_saved:
      return "was nobody's; moved to";
    case NoticeKind::symlink_kept:
      return "stays a symlink";
    case NoticeKind::attribute_lost:
    case NoticeKind::differs_in_case:
    case NoticeKind::looks_the_same:
    case NoticeKind::note:
      return "";
  }
  return "";
}

}  // namespace

std::string plan_text(const std::vector<PackageChange>& changes, const Console& console) {
  std::string text;
  for (const ActionWords& words : all_actions) {
    Rows rows;
    for (const PackageChange& change : changes) {
      if (change.action != words.action) continue;
      rows.push_back(
          {"  " + printable(change.name), versions(change), printable(change.arch), change_text(change.size_change)});
    }
    if (!rows.empty()) text += console.bold(fmt::format("{}:", words.heading)) + "\n" + aligned(rows);
  }
  return text;
}

std::string steps_text(const Plan& plan) {
  std::string text;
  for (const Step& step : plan.steps) {
    std::visit([&](const auto& each) { text += fmt::format("  {:<8}{}\n", word_for(each), printable(each.path)); },
               step);
  }
  return text;
}

std::string notices_text(const std::vector<Notice>& notices) {
  std::string text;
  for (const Notice& notice : notices) {
    if (!warning_text(notice).empty()) continue;
    text += notice.path.empty() ? printable(notice.package) : printable(notice.path);
    text += notice.kind == NoticeKind::note ? ":" : fmt::format(" {}", sentence_for(notice.kind));
    if (!notice.detail.empty()) text += " " + printable(notice.detail);
    text += "\n";
  }
  return text;
}

std::string warning_text(const Notice& notice) {
  const std::string path = printable(notice.path);
  switch (notice.kind) {
    case NoticeKind::attribute_lost:
      return fmt::format("the file system at '{}' cannot hold the {} that {} asks for", path, notice.detail,
                         printable(notice.package));
    case NoticeKind::differs_in_case:
      return fmt::format("'{}' differs only in case from '{}'", path, printable(notice.detail));
    case NoticeKind::looks_the_same:
      return fmt::format("'{}' looks the same as '{}'", path, printable(notice.detail));
    default:
      return {};
  }
}

std::string summary_text(const std::vector<PackageChange>& changes, const Totals& totals) {
  std::string text = count_text(changes.size(), "package");
  const char* files = " files";  // said once, with the first figure
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count == 0) return;
    text += fmt::format(", {}{} {}", count, *files != '\0' && count == 1 ? " file" : files, what);
    files = "";
  };
  add(totals.created, "created");
  add(totals.replaced, "replaced");
  add(totals.attributes, "adjusted");
  add(totals.removed, "removed");
  add(totals.kept, "kept");
  return text;
}

std::string change_line(const PackageChange& change) {
  return fmt::format("{} {} {}", all_actions.at(static_cast<std::size_t>(change.action)).verb, printable(change.name),
                     versions(change));
}

}  // namespace minipkg::cli
