// SPDX-License-Identifier: MIT
#include "lib/restart/scan.hpp"

#include <fcntl.h>

#include <algorithm>

#include "lib/base/fail.hpp"
#include "lib/os/procfs.hpp"
#include "lib/restart/describe.hpp"
#include "lib/restart/examine.hpp"
#include "lib/restart/match.hpp"
#include "lib/restart/probe.hpp"

namespace minipkg::restart {
namespace {

std::vector<RetiredInode> wanted(const std::vector<RetiredInode>& retired, const ScanOptions& options) {
  const std::string boot = boot_id();
  std::vector<RetiredInode> rows;
  for (const RetiredInode& row : retired) {
    const auto& names = options.packages;
    const bool is_asked_for = names.empty() || std::find(names.begin(), names.end(), row.package) != names.end();
    if (is_asked_for && row.boot_id == boot) rows.push_back(row);
  }
  return distinct(std::move(rows));
}

std::vector<std::uint32_t> processes_to_look_at(int proc, const ScanOptions& options) {
  if (options.pid) return {*options.pid};
  auto processes = os::numbered_entries(proc);
  if (!processes) fail_errno("list", options.proc);
  return std::move(*processes);
}

void look_at(Examiner& examiner, int proc, std::uint32_t pid, const RetiredIndex& index, UserNames& users,
             RestartReport& report) {
  const Outcome outcome = examiner.examine(proc, pid);
  report.scanned += outcome == Outcome::looked_at ? 1U : 0U;
  report.unreadable += outcome == Outcome::unreadable ? 1U : 0U;
  if (examiner.holdings().empty()) return;
  auto process = describe(pid, examiner.leader(), examiner.process(), users);
  if (!process) return;
  process->files = stale_files(index, examiner.holdings());
  report.processes.push_back(std::move(*process));
}

}  // namespace

RestartReport scan(int root_fd, const std::vector<RetiredInode>& retired, const ScanOptions& options) {
  const Fd proc(::open(options.proc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!proc) fail_errno("open", options.proc);
  auto rows = wanted(retired, options);
  RestartReport report;
  report.retired = rows.size();
  const RetiredIndex alive(not_gone(root_fd, std::move(rows)));
  report.alive = alive.rows().size();
  if (report.alive == 0) return report;
  Examiner examiner(root_fd, alive, options.files);
  UserNames users(root_fd);
  for (const std::uint32_t pid : processes_to_look_at(proc.get(), options)) {
    look_at(examiner, proc.get(), pid, alive, users, report);
  }
  return report;
}

std::string boot_id() {
  std::string text;
  if (!os::read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text)) return {};
  return text.substr(0, text.find('\n'));
}

}  // namespace minipkg::restart
