// SPDX-License-Identifier: MIT
#include "open_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <utility>

namespace minipkg::cli {
namespace {

/// "ratio=5000"
void set_limit(ReadLimits& limits, const std::string& text) {
  const std::pair<std::string_view, std::uint64_t*> known[] = {
      {"unpacked=", &limits.unpacked}, {"ratio=", &limits.ratio}, {"entries=", &limits.entries}};
  for (const auto& [name, limit] : known) {
    if (!text.starts_with(name)) continue;
    const char* const begin = text.data() + name.size();
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(begin, end, *limit);
    if (error == std::errc() && stopped == end && *limit > 0) return;
  }
  throw CLI::ValidationError("--limit must be unpacked=BYTES, ratio=N or entries=N");
}

}  // namespace

void add_limit_option(CLI::App& command, ReadLimits& limits) {
  command
      .add_option_function<std::vector<std::string>>(
          "--limit",
          [&limits](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) set_limit(limits, text);
          },
          "What an archive may come to: unpacked=BYTES, ratio=N (unpacked to packed), entries=N")
      ->type_name("WHAT=N")
      ->take_all()
      ->allow_extra_args(false);
}

void add_odd_names_option(CLI::App& command, OddNames& odd_names) {
  command.add_flag_callback(
      "--allow-odd-names", [&odd_names] { odd_names = OddNames::allow; },
      "Take paths with control characters, such as a newline");
}

void warn_of_missing_protection(Context& context, const Package& package) {
  const std::vector<std::string> missing = package.missing_protection();
  if (context.globals.verbose == 0 || missing.empty() || std::exchange(context.warned_of_protection, true)) return;
  context.console.warn(
      fmt::format("this kernel lacks {}: archives are read with less protection", fmt::join(missing, " and ")));
}

}  // namespace minipkg::cli
