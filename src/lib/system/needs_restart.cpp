// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "lib/os/procfs.hpp"
#include "lib/os/system_id.hpp"
#include "lib/restart/caller.hpp"
#include "lib/restart/placement.hpp"
#include "lib/restart/reboot.hpp"
#include "lib/restart/remedies.hpp"
#include "lib/restart/scan.hpp"
#include "lib/system/system_impl.hpp"

namespace minipkg {
namespace {

/// The one that this root's packages would replace; empty if that is another's: in a container, or for an image.
std::string running_kernel(int root) {
  if (!is_own_root(root)) return {};
  for (const char* mark : {"/run/systemd/container", "/run/.containerenv", "/.dockerenv"}) {
    if (::access(mark, F_OK) == 0) return {};
  }
  utsname about{};
  return ::uname(&about) == 0 ? about.release : "";
}

std::vector<restart::InstalledKernel> installed_kernels(store::Packages& packages) {
  std::vector<restart::InstalledKernel> kernels;
  const auto add = [&](const char* directories, const char* names) {
    for (store::OwnedFile& file : packages.matching(directories, names)) {
      const std::string release(restart::kernel_release(file.path));
      if (!release.empty()) kernels.push_back({release, std::move(file.package), std::move(file.version)});
    }
  };
  add("/boot", "vmlinu[xz]-*");
  for (const char* modules : {"/lib/modules/*", "/usr/lib/modules/*"}) {
    for (const char* name : {"kernel", "vmlinuz", "modules.builtin"}) add(modules, name);
  }
  return kernels;
}

/// Everything that the databases know of it.
restart::RebootFacts recorded_facts(System::Impl& system) {
  restart::RebootFacts facts;
  if (system.state) {
    facts.retired = system.state->retired();
    facts.before_boot = system.state->versions_before_boot(os::boot_id());
  }
  std::map<std::string, std::string> versions;
  for (const InstalledPackage& package : system.packages->all()) versions[package.name] = package.version;
  for (RetiredInode& inode : facts.retired) {
    const auto now = versions.find(inode.package);
    if (now != versions.end()) inode.new_version = now->second;
  }
  for (const std::string& manifest : system.packages->manifests_with("restart")) {
    facts.hints.push_back(parse_restart_hints(manifest));
  }
  facts.running = running_kernel(system.root.fd());
  if (!facts.running.empty()) facts.installed = installed_kernels(*system.packages);
  return facts;
}

/// What else the packages have whose modules were retired.
std::vector<restart::PackageFile> files_beside(const std::vector<RetiredInode>& retired, store::Packages& packages) {
  std::set<std::string> names;
  for (const RetiredInode& inode : retired) {
    if (restart::is_module(inode.language)) names.insert(inode.package);
  }
  std::vector<restart::PackageFile> beside;
  for (const std::string& name : names) {
    for (FileEntry& file : packages.files(name)) {
      const bool is_file = file.type == FileType::regular || file.type == FileType::hardlink;
      const bool may_lead_to_one = is_file || file.type == FileType::symlink;
      if (may_lead_to_one && restart::shows_use(file.path, file.mode)) beside.push_back({name, std::move(file.path)});
    }
  }
  return beside;
}

/// Drops what is of none of the packages; none given: nothing.
template <class Rows, class PackageOf>
void keep_only(const std::vector<std::string>& packages, Rows& rows, PackageOf package_of) {
  std::erase_if(rows, [&](const auto& row) {
    return !packages.empty() && std::find(packages.begin(), packages.end(), package_of(row)) == packages.end();
  });
}

restart::Caller caller_in(const std::string& path) {
  const Fd proc(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return proc ? restart::find_caller(proc.get(), restart::manager_root_in(proc.get())) : restart::Caller();
}

}  // namespace

bool System::is_running_system() const { return is_own_root(impl_->root.fd()); }

RestartReport System::needs_restart(const ScanOptions& options) const {
  restart::Known known;
  restart::RebootFacts facts = impl_->read(Impl::Needs::both, [&] {
    restart::RebootFacts recorded = recorded_facts(*impl_);
    if (options.guesses == Guesses::report) known.present = files_beside(recorded.retired, *impl_->packages);
    return recorded;
  });
  known.managed = [this](const std::set<std::string>& paths) {
    std::set<std::string> ours;
    for (const OwnedPath& owned : owners({paths.begin(), paths.end()})) {
      if (!owned.packages.empty()) ours.insert(owned.path);
    }
    return ours;
  };
  std::erase_if(facts.retired, [](const RetiredInode& inode) { return inode.boot_id != os::boot_id(); });
  keep_only(options.packages, facts.retired, [](const RetiredInode& inode) { return inode.package; });
  restart::Scan scan = restart::scan(impl_->root.fd(), facts.retired, options, known);
  // That the running kernel's own files were replaced stays worth knowing.
  std::erase_if(scan.settled, [&](const RetiredInode& inode) {
    return !facts.running.empty() && restart::kernel_release(inode.path) == facts.running;
  });
  impl_->forget(scan.settled);
  RestartReport report = std::move(scan.report);
  if (!report.processes.empty()) {
    report.remedies = restart::remedies_for(report.processes, facts.hints, caller_in(options.proc));
  }
  std::erase_if(facts.retired, [](const RetiredInode& inode) { return inode.returned; });
  if (is_running_system()) restart::judge_reboot(facts, report);
  keep_only(options.packages, report.reboot, [](const RebootReason& reason) { return reason.package; });
  return report;
}

}  // namespace minipkg
