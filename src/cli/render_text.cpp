// SPDX-License-Identifier: MIT
#include "render_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>

#include "minipkg/text.hpp"

namespace minipkg::cli {

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (amount >= 1023.95 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", amount, units.at(unit));
}

std::string change_text(std::int64_t bytes) {
  if (bytes == 0) return "same size";
  const std::uint64_t amount = bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0U - static_cast<std::uint64_t>(bytes);
  return size_text(amount) + (bytes > 0 ? " more" : " less");
}

std::string time_text(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  if (localtime_r(&time, &parts) == nullptr) return std::to_string(seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string count_text(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with("s") ? "es" : "s");
}

std::string shortened(const std::string& text, std::size_t columns) {
  if (width(text) <= columns) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    const bool starts = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (starts && seen++ == columns) break;
  }
  return text.substr(0, end);
}

std::string aligned(const Rows& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string tabbed(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) text += fmt::format("{}\n", fmt::join(row, "\t"));
  return text;
}

std::string records(const Rows& rows, const Console& console) {
  return console.out_is_terminal() ? aligned(rows) : tabbed(rows);
}

namespace {

/// A text of several lines, below its heading; nothing if there is none.
std::string indented(const char* heading, const std::string& text) {
  if (text.empty()) return "";
  std::string result = fmt::format("{}\n", heading);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) result += fmt::format("  {}\n", printable(line));
  return result;
}

}  // namespace

std::string metadata_text(const Manifest& manifest) {
  Rows rows;
  const auto add = [&rows](const char* key, const std::string& value) {
    if (!value.empty()) rows.push_back({key, printable(value)});
  };
  add("Name:", manifest.name);
  add("Version:", manifest.version);
  add("Scheme:", manifest.version_scheme == "rpm" ? "" : manifest.version_scheme);
  add("Architecture:", manifest.arch);
  add("Summary:", manifest.summary);
  add("License:", manifest.license);
  add("Homepage:", manifest.homepage);
  add("Maintainer:", manifest.maintainer);
  add("Size:", size_text(manifest.installed_size));
  add("Files:", std::to_string(manifest.files.size()));
  add("Digest:", "sha256:" + to_hex(manifest_digest(manifest)));
  return aligned(rows) + indented("Description:", manifest.description);
}

std::string file_line(const FileEntry& entry) {
  constexpr std::string_view type_letters = "-dlhcbps";
  constexpr std::string_view letters = "rwxrwxrwx";
  std::string mode(1, type_letters.at(static_cast<std::size_t>(entry.type)));
  for (std::size_t i = 0; i < 9; ++i) mode += (entry.mode >> (8U - i)) & 1U ? letters[i] : '-';
  const auto special = [&](unsigned bit, std::size_t at, char letter) {
    if (entry.mode & bit) mode[at] = mode[at] == 'x' ? letter : static_cast<char>(letter - 'a' + 'A');
  };
  special(04000, 3, 's');
  special(02000, 6, 's');
  special(01000, 9, 't');
  std::string line = fmt::format("{} {}/{} {:>8} {}", mode, printable(entry.owner.user), printable(entry.owner.group),
                                 entry.size, printable(entry.path));
  if (entry.type == FileType::symlink) line += " -> " + printable(entry.target);
  if (entry.type == FileType::hardlink) line += " link to " + printable(entry.target);
  return line + "\n";
}

}  // namespace minipkg::cli
