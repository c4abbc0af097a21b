// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "architecture.hpp"
#include "context.hpp"
#include "open_options.hpp"
#include "progress.hpp"
#include "requirements.hpp"
#include "signals.hpp"
#include "transaction.hpp"

namespace minipkg::cli {
namespace {

struct InstallOptions {
  std::vector<std::string> files, remove;
  std::optional<std::string> name, version, arch;
  std::vector<std::string> overwrite;
  std::string backup_unowned;
  RequirementOptions required;
  ReadLimits limits;
  OddNames odd_names = OddNames::refuse;
  bool allow_downgrade = false, reinstall = false, allow_special = false, verify_archive = false, strict = false;
};

/// Below the root like all paths of packages, and without what path resolution would have to look at.
std::string directory_of_root(const std::string& directory) {
  const std::filesystem::path path = std::filesystem::path(directory + "/").lexically_normal().parent_path();
  if (!path.is_absolute() || path == path.root_path()) {
    throw CLI::ValidationError("DIR must be a directory below the root, from its / on");
  }
  return path.string();
}

std::vector<Package> open_packages(Context& context, const InstallOptions& options) {
  if (options.files.size() > 1 && (options.name || options.version || options.arch)) {
    throw Error(ErrorKind::usage,
                "cannot name 'several packages' at once: --name, --version and --arch are for one FILE");
  }
  OpenPackageOptions how{options.name,
                         options.version,
                         options.arch,
                         options.allow_special ? SpecialFiles::allow : SpecialFiles::refuse,
                         options.limits,
                         options.odd_names,
                         requirements_of(context, options.required, options.files.size())};
  std::vector<Package> packages;
  for (const std::string& file : options.files) {
    packages.push_back(open_package(file, how));
    warn_of_missing_protection(context, packages.back());
  }
  note_signers(context, packages);
  return packages;
}

Request make_request(const Context& context, const InstallOptions& options, const std::vector<Package>& packages) {
  Request request;
  for (const Package& package : packages) {
    request.install.push_back({&package.manifest(), package.digest(), package.file()});
  }
  request.remove = options.remove;
  request.downgrade = options.allow_downgrade ? Downgrade::allow : Downgrade::refuse;
  request.reinstall = options.reinstall ? Reinstall::force : Reinstall::skip;
  request.overwrite = options.overwrite;
  request.backup_unowned = options.backup_unowned;
  request.architectures = accepted_architectures(context.globals.root);
  return request;
}

bool is_installed(const System& system, const Incoming& incoming) {
  const std::optional<InstalledPackage> installed = system.package(incoming.manifest->name);
  return installed && installed->version == incoming.manifest->version && installed->digest == incoming.digest;
}

bool nothing_to_do(const System& system, const Request& request) {
  return request.reinstall == Reinstall::skip && request.remove.empty() && system.pending_recovery().empty() &&
         std::all_of(request.install.begin(), request.install.end(),
                     [&](const Incoming& incoming) { return is_installed(system, incoming); });
}

ArchiveCheck archive_check(const InstallOptions& options) {
  return options.verify_archive ? ArchiveCheck::always : ArchiveCheck::as_needed;
}

/// The whole story of an install.
ExitStatus install(Context& context, const InstallOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::vector<Package> packages = open_packages(context, options);
  const Request request = make_request(context, options, packages);
  if (context.globals.dry_run) return show_dry_run(context, open_to_observe(context), request, packages);
  context.changes_root = true;
  // Often everything is there already: that is seen without taking the lock.
  if (nothing_to_do(context.open(Access::read), request)) {
    return show_nothing_to_do(context, packages, archive_check(options));
  }
  catch_signals();
  auto prepared = prepare(context, request);
  if (const auto* problems = std::get_if<Problems>(&prepared)) return refuse(context, *problems, request);
  auto& [system, plan] = std::get<Ready>(prepared);
  if (plan.empty()) return show_nothing_to_do(context, packages, archive_check(options));
  announce(context, plan, packages);
  Progress progress(context);
  const Report report = system.apply(plan, pointers(packages), progress, archive_check(options));
  progress.erase();
  const ExitStatus status = show_report(context, system, report, began);
  return options.strict && has_lost_attributes(report) ? ExitStatus::incomplete : status;
}

}  // namespace

void add_install(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("install", "Install or upgrade package files, all of them or none");
  command->alias("add")->alias("i");
  auto options = std::make_shared<InstallOptions>();
  command->add_option("FILE", options->files, "Package files; - reads one from stdin")->required();
  command->add_option("--remove", options->remove, "Remove this installed package in the same transaction")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false);
  command->add_flag("--allow-downgrade", options->allow_downgrade, "Put an older version in place of a newer one");
  command->add_flag("--reinstall", options->reinstall, "Also what is installed already in this very form");
  command->add_option("--overwrite", options->overwrite, "Replace files that no package owns where GLOB matches")
      ->type_name("GLOB")
      ->take_all()
      ->allow_extra_args(false);
  command
      ->add_option("--backup-unowned", options->backup_unowned,
                   "Move what no package owns and is in the way into DIR of the root")
      ->type_name("DIR")
      ->transform(directory_of_root);
  command->add_flag("--allow-special", options->allow_special,
                    "Take setuid, setgid, capabilities, devices and fifos out of a bare tar");
  add_odd_names_option(*command, options->odd_names);
  add_limit_option(*command, options->limits);
  command->add_flag("--verify-archive", options->verify_archive,
                    "Read archives to the end even if nothing in them is needed");
  add_requirement_options(*command, options->required);
  command->add_flag("--strict", options->strict, "Exit with 9 if a file system cannot hold all attributes");
  command->add_option("--name", options->name, "Name of a bare tar")->type_name("NAME");
  command->add_option("--version", options->version, "Version of a bare tar")->type_name("V");
  command->add_option("--arch", options->arch, "Architecture of a bare tar")->type_name("A");
  command->callback(
      [&context, options] { context.run = [options](Context& with) { return install(with, *options); }; });
}

}  // namespace minipkg::cli
