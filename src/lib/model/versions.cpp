// SPDX-License-Identifier: MIT
// Orders of versions: rpmvercmp(3)-like, deb-version(7), semver.org 2.0.
#include <algorithm>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg {
namespace {

// ASCII whatever the locale is.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes the longest prefix whose characters all satisfy `wanted` off the front of `text`.
template <typename Predicate>
std::string_view take_while(std::string_view& text, Predicate wanted) {
  const auto end = std::find_if_not(text.begin(), text.end(), wanted);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

int sign(int n) { return (n > 0) - (n < 0); }

/// Runs of digits as numbers of any length.
int compare_numbers(std::string_view left, std::string_view right) {
  take_while(left, [](char c) { return c == '0'; });
  take_while(right, [](char c) { return c == '0'; });
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return sign(left.compare(right));
}

/// Consumes `mark` at the front of both; true if only one had it, with `order` from the left's point of view.
bool only_one_has(char mark, std::string_view& left, std::string_view& right, int if_left, int& order) {
  const bool in_left = !left.empty() && left.front() == mark;
  const bool in_right = !right.empty() && right.front() == mark;
  if (in_left && in_right) {
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  order = in_left ? if_left : -if_left;
  return in_left != in_right;
}

/// One segment of digits or letters from each; both are not empty and begin with a letter or digit.
int compare_rpm_segment(std::string_view& left, std::string_view& right) {
  const bool numeric = is_digit(left.front());
  const auto kind = numeric ? is_digit : is_alpha;
  const std::string_view mine = take_while(left, kind);
  const std::string_view other = take_while(right, kind);
  if (other.empty()) return numeric ? 1 : -1;  // a number is newer than a word
  return numeric ? compare_numbers(mine, other) : sign(mine.compare(other));
}

int compare_rpm_part(std::string_view left, std::string_view right) {
  const auto separates = [](char c) { return !is_digit(c) && !is_alpha(c) && c != '~' && c != '^'; };
  while (!left.empty() || !right.empty()) {
    take_while(left, separates);
    take_while(right, separates);
    int order = 0;
    const bool tilde = (!left.empty() && left.front() == '~') || (!right.empty() && right.front() == '~');
    if (only_one_has('~', left, right, -1, order)) return order;  // older than anything, even the end
    if (tilde) continue;
    const bool caret = (!left.empty() && left.front() == '^') || (!right.empty() && right.front() == '^');
    if (caret && left.empty()) return -1;  // newer than the end, older than everything else
    if (caret && right.empty()) return 1;
    if (only_one_has('^', left, right, -1, order)) return order;
    if (caret) continue;
    if (left.empty() || right.empty()) break;
    order = compare_rpm_segment(left, right);
    if (order != 0) return order;
  }
  return static_cast<int>(!left.empty()) - static_cast<int>(!right.empty());
}

/// The letters and marks between numbers: '~' before the end, the end before letters, letters before the rest.
int deb_weight(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return 0;
  if (text.front() == '~') return -1;
  const int byte = static_cast<unsigned char>(text.front());
  return is_alpha(text.front()) ? byte : byte + 256;
}

int compare_deb_part(std::string_view left, std::string_view right) {
  while (!left.empty() || !right.empty()) {
    while ((!left.empty() && !is_digit(left.front())) || (!right.empty() && !is_digit(right.front()))) {
      const int difference = deb_weight(left) - deb_weight(right);
      if (difference != 0) return sign(difference);
      if (!left.empty()) left.remove_prefix(1);
      if (!right.empty()) right.remove_prefix(1);
    }
    const std::string_view mine = take_while(left, is_digit);
    const int order = compare_numbers(mine, take_while(right, is_digit));
    if (order != 0) return order;
  }
  return 0;
}

struct Evr {
  std::string_view epoch, version, release;
};

Evr split_evr(std::string_view text) {
  Evr evr;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && std::all_of(text.begin(), text.begin() + static_cast<long>(colon), is_digit)) {
    evr.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  evr.version = text.substr(0, dash);
  if (dash != std::string_view::npos) evr.release = text.substr(dash + 1);
  return evr;
}

template <typename ComparePart>
int compare_evr(std::string_view left, std::string_view right, ComparePart compare_part) {
  const Evr a = split_evr(left);
  const Evr b = split_evr(right);
  if (const int order = compare_numbers(a.epoch, b.epoch); order != 0) return order;
  if (const int order = compare_part(a.version, b.version); order != 0) return order;
  return compare_part(a.release, b.release);
}

/// Takes the next dot-separated identifier.
std::string_view take_identifier(std::string_view& text) {
  const std::string_view identifier = text.substr(0, text.find('.'));
  text.remove_prefix(std::min(text.size(), identifier.size() + 1));
  return identifier;
}

int compare_semver_identifiers(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const std::string_view a = take_identifier(left);
    const std::string_view b = take_identifier(right);
    const bool a_number = std::all_of(a.begin(), a.end(), is_digit);
    const bool b_number = std::all_of(b.begin(), b.end(), is_digit);
    if (a_number != b_number) return a_number ? -1 : 1;
    const int order = a_number ? compare_numbers(a, b) : sign(a.compare(b));
    if (order != 0) return order;
  }
  return static_cast<int>(!left.empty()) - static_cast<int>(!right.empty());
}

int compare_semver(std::string_view left, std::string_view right) {
  left = left.substr(0, left.find('+'));
  right = right.substr(0, right.find('+'));
  const std::size_t left_dash = left.find('-');
  const std::size_t right_dash = right.find('-');
  const int core = compare_semver_identifiers(left.substr(0, left_dash), right.substr(0, right_dash));
  if (core != 0) return core;
  const bool left_final = left_dash == std::string_view::npos;
  const bool right_final = right_dash == std::string_view::npos;
  if (left_final || right_final) return static_cast<int>(left_final) - static_cast<int>(right_final);
  return compare_semver_identifiers(left.substr(left_dash + 1), right.substr(right_dash + 1));
}

}  // namespace

int compare_versions(std::string_view scheme, std::string_view left, std::string_view right) {
  if (scheme == "semver") return compare_semver(left, right);
  if (scheme == "deb") return compare_evr(left, right, compare_deb_part);
  return compare_evr(left, right, compare_rpm_part);
}

}  // namespace minipkg
