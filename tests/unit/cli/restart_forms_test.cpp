// SPDX-License-Identifier: MIT
#include "cli/restart_forms.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/fold.hpp"
#include "cli/render_text.hpp"
#include "cli/restart_findings.hpp"
#include "minipkg/json.hpp"
#include "support/restart_reports.hpp"

namespace minipkg::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string read(const std::string& name) {
  std::ifstream stream(name, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// Compares with tests/forms/NAME; MINIPKG_ACCEPT=1 writes it.
void expect_form(const std::string& name, const std::string& text) {
  const std::string path = TEST_SOURCE_DIR "/forms/" + name;
  if (const char* accept = std::getenv("MINIPKG_ACCEPT"); accept != nullptr && std::string(accept) == "1") {
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, read(path)) << name;
}

std::string table(const RestartReport& report, std::size_t columns, int verbose = 0) {
  Console console;
  console.set_color(When::never);
  return restart_table(report, console, {columns, verbose, true});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Nothing but printable ASCII and what separates.
void expect_tame(const std::string& form, const std::string& text) {
  for (const char c : text) {
    ASSERT_TRUE((c >= ' ' && c <= '~') || c == '\n' || c == '\t') << form << ": " << static_cast<int>(c) << "\n"
                                                                  << text;
  }
}

TEST(RestartForms, AreAsOnRecord) {
  const RestartReport report = full_report();
  expect_form("table-80.txt", table(report, 80));
  expect_form("table-160.txt", table(report, 160));
  expect_form("table-tabs.txt", table(report, 0));
  expect_form("table-verbose.txt", table(report, 100, 1));
  expect_form("pids.txt", restart_pids(report));
  expect_form("units.txt", restart_units(report));
  expect_form("user-units.txt", restart_user_units(report));
  expect_form("reboot-hint.txt", restart_reboot_hint(report));
  expect_form("batch.txt", restart_batch(report));
  expect_form("nagios.txt", restart_nagios(report, 0).text);
  expect_form("nagios-verbose.txt", restart_nagios(report, 1).text);
  expect_form("openmetrics.txt", restart_openmetrics(report));
  expect_form("report.json", to_json(report));
}

TEST(RestartForms, HostileNamesAreEscapedInAll) {
  const RestartReport report = hostile_report();
  expect_form("hostile-table-80.txt", table(report, 80, 1));
  expect_form("hostile-table-tabs.txt", table(report, 0, 1));
  expect_form("hostile-units.txt", restart_units(report));
  expect_form("hostile-user-units.txt", restart_user_units(report));
  expect_form("hostile-reboot-hint.txt", restart_reboot_hint(report));
  expect_form("hostile-batch.txt", restart_batch(report));
  expect_form("hostile-nagios-verbose.txt", restart_nagios(report, 1).text);
  expect_form("hostile-openmetrics.txt", restart_openmetrics(report));
  expect_form("hostile-report.json", to_json(report));
  expect_tame("table", table(report, 80, 1));
  expect_tame("tabs", table(report, 0, 1));
  expect_tame("units", restart_units(report) + restart_user_units(report) + restart_pids(report));
  expect_tame("reboot hint", restart_reboot_hint(report));
  expect_tame("batch", restart_batch(report));
  expect_tame("nagios", restart_nagios(report, 1).text);
  expect_tame("openmetrics", restart_openmetrics(report));
  EXPECT_EQ(restart_units(report), "systemd-fsck@dev-disk-by\\x2duuid-1.service\n");
  EXPECT_EQ(units_left_out(report), 4U);
  const std::string openmetrics = restart_openmetrics(report);
  EXPECT_EQ(openmetrics.find("\n# EOF"), openmetrics.size() - 7);
}

TEST(RestartForms, EmptyReport) {
  const RestartReport nothing;
  EXPECT_EQ(table(nothing, 80), "Nothing is stale: no process holds a replaced file\n");
  EXPECT_EQ(restart_pids(nothing) + restart_units(nothing) + restart_user_units(nothing), "");
  EXPECT_EQ(units_left_out(nothing), 0U);
  EXPECT_EQ(restart_reboot_hint(nothing), "No reboot is wanted\n");
  EXPECT_EQ(restart_batch(nothing), "NEEDRESTART-VER: 3.6\nNEEDRESTART-KCUR: \nNEEDRESTART-KSTA: 0\n");
  EXPECT_FALSE(needs_restart(nothing));
  expect_form("nothing-openmetrics.txt", restart_openmetrics(nothing));
}

TEST(RestartForms, NoLineOfATableIsWiderThanItsTerminal) {
  for (const std::size_t columns : {60U, 80U, 100U, 132U}) {
    for (const std::string& line : lines_of(table(full_report(), columns))) {
      // Commands are not folded: what is copied must work.
      const bool is_command =
          line.find("systemctl") != std::string::npos || line.find(": minipkg restart") != std::string::npos;
      EXPECT_TRUE(is_command || width(line) <= columns) << line;
    }
  }
}

/// Folding moves words, it never loses one.
TEST(RestartForms, EveryWordOfTheWideTableIsInTheNarrowOne) {
  std::istringstream wide(table(full_report(), 1000, 1));
  const std::string narrow = table(full_report(), 40, 1);
  for (std::string word; wide >> word;) EXPECT_THAT(narrow, HasSubstr(word));
}

TEST(RestartForms, OneCharacterWideTerminal) { EXPECT_THAT(table(full_report(), 1), HasSubstr("libssl3")); }

TEST(RestartForms, SectionsAreApart) {
  const std::string text = table(full_report(), 160);
  const std::size_t likely = text.find("Likely:"), unmanaged = text.find("Not replaced by minipkg:"),
                    data = text.find("Only old data");
  ASSERT_LT(likely, unmanaged);
  ASSERT_LT(unmanaged, data);
  ASSERT_NE(data, std::string::npos);
  EXPECT_THAT(text.substr(0, likely), Not(HasSubstr("python3-jinja2")));
  EXPECT_THAT(text.substr(0, likely), Not(HasSubstr("app.service")));
  EXPECT_THAT(text.substr(likely, unmanaged - likely), HasSubstr("systemctl restart app.service"));
  EXPECT_THAT(text.substr(likely, unmanaged - likely), Not(HasSubstr("libssl3")));
  EXPECT_THAT(text.substr(unmanaged, data - unmanaged), HasSubstr("/opt/plug-in.so"));
  EXPECT_THAT(text.substr(unmanaged, data - unmanaged), HasSubstr("systemctl restart java.service"));
}

/// `minipkg restart` acts on guesses only if asked to, and only on the running system.
TEST(RestartForms, OneCommandForAllThatIsAutomatic) {
  RestartReport report = full_report();
  EXPECT_THAT(table(report, 80), HasSubstr(": minipkg restart --include-likely --include-unmanaged\n"));
  std::erase_if(report.remedies, [](const Remedy& each) { return finding_of(each) != Finding::certain; });
  EXPECT_THAT(table(report, 80), HasSubstr(": minipkg restart\n"));
  Console console;
  console.set_color(When::never);
  EXPECT_THAT(restart_table(report, console, {80, 0, false}), Not(HasSubstr("minipkg restart")));
  std::erase_if(report.remedies, [](const Remedy& each) { return each.manner == Manner::automatic; });
  EXPECT_THAT(table(report, 80), Not(HasSubstr("minipkg restart")));
}

TEST(RestartForms, ColourMarksHeadingsAndReboots) {
  Console console;
  console.set_color(When::always);
  const std::string text = restart_table(full_report(), console, {80, 0, true});
  EXPECT_EQ(text.substr(0, 4), "\033[1m");
  EXPECT_THAT(text, HasSubstr("\033[1;33mReboot: linux-image-amd64"));
  EXPECT_THAT(table(full_report(), 80), Not(HasSubstr("\033")));
}

/// Old data alone is information.
TEST(RestartForms, DataOnlyCallsForNothing) {
  RestartReport report;
  report.processes = {process(9, "root", "less", {}, {file("/x", "x", "1", "2", Use::data)})};
  EXPECT_FALSE(needs_restart(report));
  EXPECT_EQ(restart_pids(report), "");
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::ok);
  EXPECT_THAT(restart_openmetrics(report), HasSubstr("{finding=\"data\"} 1\n"));
  EXPECT_THAT(table(report, 80), HasSubstr("Only old data is held by these"));
}

TEST(RestartForms, KernelInBatch) {
  RestartReport report;
  report.running_kernel = report.installed_kernel = "6.1.0";
  EXPECT_THAT(restart_batch(report), HasSubstr("KCUR: 6.1.0\nNEEDRESTART-KEXP: 6.1.0\nNEEDRESTART-KSTA: 1\n"));
  report.installed_kernel = "6.1.1";
  EXPECT_THAT(restart_batch(report), HasSubstr("KEXP: 6.1.1\nNEEDRESTART-KSTA: 3\n"));
  report.installed_kernel.clear();
  EXPECT_THAT(restart_batch(report), HasSubstr("KCUR: 6.1.0\nNEEDRESTART-KSTA: 0\n"));
}

TEST(RestartNagios, States) {
  RestartReport report;
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::ok);
  EXPECT_EQ(restart_nagios(report, 0).text,
            "NEEDS-RESTART OK - no old code is running | processes=0;0;;0 services=0;0;;0 containers=0;0;;0 "
            "sessions=0;0;;0 reboot=0;0;1;0;2 unreadable=0;;;0\n");
  report.unreadable = 1;
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::unknown);
  EXPECT_THAT(restart_nagios(report, 0).text, HasSubstr("UNKNOWN - no old code is running, 1 process could not be"));
  report.processes = {process(9, "root", "x", {}, {file("/x", "x", "1", "2", Use::code)})};
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::warning);
  EXPECT_THAT(restart_nagios(report, 0).text, HasSubstr("1 process runs old code, 1 process could not be looked at |"));
  report.reboot = {{Reboot::soft_reboot, "dbus", "1", "its manifest asks for it"}};
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::warning);
  report.reboot[0].wish = Reboot::reboot;
  EXPECT_EQ(restart_nagios(report, 0).state, MonitoringState::critical);
  EXPECT_EQ(nagios_failure("cannot open 'a|b'").text, "NEEDS-RESTART UNKNOWN - cannot open 'a\\x7cb'\n");
}

/// One line, one bar, whatever names say.
TEST(RestartNagios, OneBar) {
  const std::string text = restart_nagios(hostile_report(), 0).text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '|'), 1);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(RestartOpenMetrics, ScopesOfSessionsAreOneLabel) {
  const std::string text = restart_openmetrics(full_report());
  EXPECT_THAT(text, HasSubstr("unit=\"*.scope\""));
  EXPECT_THAT(text, Not(HasSubstr("session-3")));
  EXPECT_THAT(text, HasSubstr("{finding=\"unconfirmed\"} 1\n"));
}

TEST(Fold, KeepsPiecesTogetherAndNeverCuts) {
  EXPECT_THAT(fold({"a b,", "c d,", "e"}, 5), ElementsAre("a b,", "c d,", "e"));
  EXPECT_THAT(fold({"a b,", "c d,", "e"}, 9), ElementsAre("a b, c d,", "e"));
  EXPECT_THAT(fold({"one two"}, 4), ElementsAre("one", "two"));
  EXPECT_THAT(fold({"a,", "one two,", "b,", "c"}, 5), ElementsAre("a,", "one", "two,", "b, c"));
  EXPECT_THAT(fold({"a", "unbreakable", "b"}, 4), ElementsAre("a", "unbreakable", "b"));
  EXPECT_THAT(fold({}, 4), ElementsAre(""));
  EXPECT_EQ(folded("one two three", 10, 2), "one two\n  three");
  EXPECT_EQ(folded("one two three", 0, 2), "one two three");
}

TEST(Findings, UnitNames) {
  for (const char* good : {"ssh.service", "getty@tty1.service", "a\\x2db.mount", "_x:y.socket"}) {
    EXPECT_TRUE(is_unit_name(good)) << good;
  }
  for (const char* bad : {"", "ssh", "-x.service", "a b.service", "a;b.service", "a\n.service", "*.service"}) {
    EXPECT_FALSE(is_unit_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace minipkg::cli
