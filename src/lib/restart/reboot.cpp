// SPDX-License-Identifier: MIT
#include "lib/restart/reboot.hpp"

#include <algorithm>
#include <array>

#include "minipkg/manifest.hpp"

namespace minipkg::restart {
namespace {

constexpr std::array<std::string_view, 2> module_directories{"/lib/modules/", "/usr/lib/modules/"};
constexpr std::array<std::string_view, 2> images{"/boot/vmlinuz-", "/boot/vmlinux-"};

template <std::size_t N>
std::string_view behind(const std::array<std::string_view, N>& prefixes, std::string_view path) {
  for (const std::string_view prefix : prefixes) {
    if (path.starts_with(prefix)) return path.substr(prefix.size());
  }
  return {};
}

/// "6.1.0-18-rt-amd64" is of another sort than "6.1.0-18-amd64": the words behind the numbers, without digits.
std::string sort_of(std::string_view release) {
  std::string sort;
  while (!release.empty()) {
    const std::string_view word = release.substr(0, release.find('-'));
    release.remove_prefix(std::min(word.size() + 1, release.size()));
    if (sort.empty() && !word.empty() && word.front() >= '0' && word.front() <= '9') continue;
    for (const char c : word) {
      if (c < '0' || c > '9') sort += c;
    }
    sort += '-';
  }
  return sort;
}

int compare_releases(std::string_view left, std::string_view right) { return compare_versions("rpm", left, right); }

/// The newest of the running one's sort; of all, if there is none.
const InstalledKernel* newest(const RebootFacts& facts) {
  const InstalledKernel* found = nullptr;
  const auto rank = [&](const InstalledKernel& kernel) { return sort_of(kernel.release) == sort_of(facts.running); };
  for (const InstalledKernel& kernel : facts.installed) {
    const bool is_better = found == nullptr || rank(kernel) > rank(*found) ||
                           (rank(kernel) == rank(*found) && compare_releases(kernel.release, found->release) > 0);
    if (is_better) found = &kernel;
  }
  return found;
}

enum class Part { none, image, modules };
/// What of the running kernel the file was.
Part part_of_running(std::string_view path, const std::string& running) {
  if (behind(images, path) == running) return Part::image;
  const std::string_view module = behind(module_directories, path);
  return module.starts_with(running + "/") ? Part::modules : Part::none;
}

/// One for each package that took away what is running.
void add_replaced_kernel(const RebootFacts& facts, std::vector<RebootReason>& reasons) {
  for (const Part part : {Part::image, Part::modules}) {
    for (const RetiredInode& file : facts.retired) {
      if (part_of_running(file.path, facts.running) != part) continue;
      RebootReason reason{Reboot::reboot, file.package, file.new_version, {}};
      const bool is_known = std::any_of(reasons.begin(), reasons.end(),
                                        [&](const RebootReason& known) { return known.package == reason.package; });
      if (is_known) continue;
      reason.why = (part == Part::image ? "the running kernel " : "modules of the running kernel ") + facts.running +
                   (part == Part::image ? " was " : " were ") +
                   (file.kind == RetiredKind::removed ? "removed" : "replaced");
      reasons.push_back(std::move(reason));
    }
  }
}

void add_hints(const RebootFacts& facts, std::vector<RebootReason>& reasons) {
  for (const RestartHints& hints : facts.hints) {
    const auto before = facts.before_boot.find(hints.package);
    const bool has_changed = before != facts.before_boot.end() && before->second != hints.version;
    if (hints.reboot == Reboot::no || !has_changed) continue;
    const char* const what = hints.reboot == Reboot::soft_reboot ? "a restart of user space" : "a reboot";
    reasons.push_back(
        {hints.reboot, hints.package, hints.version, hints.package + " asks for " + what + " once it is installed"});
  }
}

}  // namespace

std::string_view kernel_release(std::string_view path) {
  if (const std::string_view image = behind(images, path); !image.empty()) {
    return image.find('/') == std::string_view::npos ? image : std::string_view();
  }
  const std::string_view module = behind(module_directories, path);
  const std::size_t slash = module.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view name = module.substr(slash + 1);
  // What is in "updates" or "extra" is somebody else's: a module for a kernel is no kernel.
  const bool is_kernels = name == "kernel" || name == "vmlinuz" || name == "modules.builtin";
  return is_kernels ? module.substr(0, slash) : std::string_view();
}

void judge_reboot(const RebootFacts& facts, RestartReport& report) {
  if (!facts.running.empty()) {
    report.running_kernel = facts.running;
    add_replaced_kernel(facts, report.reboot);
    if (const InstalledKernel* const best = newest(facts)) {
      report.installed_kernel = best->release;
      if (compare_releases(best->release, facts.running) > 0) {
        report.reboot.push_back({Reboot::reboot, best->package, best->version,
                                 "kernel " + best->release + " is installed, " + facts.running + " is running"});
      }
    }
  }
  add_hints(facts, report.reboot);
  std::stable_sort(report.reboot.begin(), report.reboot.end(),
                   [](const RebootReason& left, const RebootReason& right) { return left.wish > right.wish; });
}

}  // namespace minipkg::restart
