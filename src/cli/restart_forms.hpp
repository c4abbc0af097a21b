// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "console.hpp"
#include "exit_status.hpp"
#include "minipkg/restart.hpp"

/// A needs-restart answer in its forms, apart from JSON. Pure. Every name in it is one that a process, a package or a
/// control group chose, and may be hostile: each form escapes in its own way.
namespace minipkg::cli {

struct Page {
  std::size_t columns = 0;  ///< of the terminal, to which lines are folded; 0: none, fields are separated by tabs
  int verbose = 0;          ///< above 0: every file
  bool is_own_root = true;  ///< where `minipkg restart` works
};

/// The default: a section for each kind of finding, below it what to do. For a person.
std::string restart_table(const RestartReport&, const Console&, const Page&);

/// "Restart: systemctl restart ssh.service", "Log out: session 3 of alice (why)"
std::string remedy_line(const Remedy&, const RestartReport&);
/// Such lines; those that can be typed at once are one.
std::string remedies_text(const RestartReport&, const std::vector<const Remedy*>&, const Console&, const Page&);

/// Processes that need a restart: their numbers, one a line.
std::string restart_pids(const RestartReport&);

/// Units that may simply be restarted, one a line, so that `systemctl restart $(…)` is safe.
std::string restart_units(const RestartReport&);
/// "USER<TAB>UNIT" for those that users' own systemd run.
std::string restart_user_units(const RestartReport&);
/// How many units neither list names: restarting them does harm, or they have a name that no command line can take.
std::size_t units_left_out(const RestartReport&);

/// One line for each reason to reboot, or that there is none.
std::string restart_reboot_hint(const RestartReport&);
std::string reboot_line(const RebootReason&);  ///< "Reboot: linux-image-amd64 6.1.5: …"

/// What `needrestart -b` prints (version 3.6; the protocol of apt-dater).
std::string restart_batch(const RestartReport&);

/// A monitoring plugin's answer: one line, state, counts and performance data; below it the names if `verbose`.
/// https://www.monitoring-plugins.org/doc/guidelines.html
enum class MonitoringState { ok = 0, warning = 1, critical = 2, unknown = 3 };
struct MonitoringAnswer {
  MonitoringState state = MonitoringState::unknown;
  std::string text;
};
MonitoringAnswer restart_nagios(const RestartReport&, int verbose);
MonitoringAnswer nagios_failure(const std::string& sentence);

/// Gauges in OpenMetrics' text format, which Prometheus and node exporter's textfile collector read too. No label has
/// a value that grows with time, such as a pid or a session's number.
std::string restart_openmetrics(const RestartReport&);

}  // namespace minipkg::cli
