// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/text.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// rpm's form: "S.5....T.  c /etc/foo", "missing     /etc/foo"; a cause stands behind it if it is an unusual one.
std::string finding_line(const VerifyFinding& finding) {
  std::string line = finding.missing ? "missing   " : finding.flags + "  ";
  line += fmt::format("{} {}", finding.attribute, printable(finding.path));
  if (!finding.detail.empty() && finding.detail != std::strerror(ENOENT)) {
    line += fmt::format(" ({})", printable(finding.detail));
  }
  return line + "\n";
}

ExitStatus verify(Context& context, const std::vector<std::string>& names) {
  const VerifyReport report = context.open(Access::read).verify(names);
  for (const std::string& name : report.unknown) {
    context.console.complain(fmt::format("cannot verify '{}': no such package is installed", printable(name)));
  }
  if (context.globals.json) {
    context.console.print(to_json(report));
  } else {
    for (const VerifyFinding& finding : report.findings) context.console.print(finding_line(finding));
  }
  if (context.globals.verbose > 0) context.console.note(count_text(report.checked, "path") + " checked");
  return report.findings.empty() && report.unknown.empty() ? ExitStatus::done : ExitStatus::negative;
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("verify", "Compare what is on disk with what was installed");
  command->alias("check");
  auto names = std::make_shared<std::vector<std::string>>();
  command->add_option("NAME", *names, "Installed packages (default: all)");
  command->callback([&context, names] { context.run = [names](Context& with) { return verify(with, *names); }; });
}

}  // namespace minipkg::cli
