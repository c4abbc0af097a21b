// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "lib/base/fail.hpp"
#include "lib/base/fd.hpp"
#include "lib/base/retry.hpp"
#include "lib/store/packages.hpp"

namespace minipkg::store {
namespace {

void sync_path(const std::string& path, int flags) {
  const Fd fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (!fd || retry([&] { return ::fsync(fd.get()); }) != 0) fail_errno("write to the disk", path);
}

}  // namespace

void Packages::park() {
  const std::string aside = options_.path + ".parked";
  ::unlink(aside.c_str());
  try {
    write_parked(aside);
    database_.reset();
    if (options_.durability == Durability::full) sync_path(aside, O_RDONLY);
    if (::chmod(aside.c_str(), 0644) != 0 || ::rename(aside.c_str(), options_.path.c_str()) != 0) {
      fail_errno("replace", options_.name.empty() ? options_.path : options_.name);
    }
  } catch (const Error&) {
    for (const char* end : {"", "-journal"}) ::unlink((aside + end).c_str());
    throw;
  }
  sync_directory();
}

void Packages::write_parked(const std::string& aside) {
  OpenDatabase options = options_;
  options.path = aside;
  options.name.clear();
  Packages parked(options);
  Writing writing(parked);
  for (const InstalledPackage& package : all()) {
    if (const auto manifest = this->manifest(package.name)) writing.put(*manifest, package.digest);
  }
  writing.commit("");
}

void Packages::sync_directory() {
  const std::string directory = options_.path.substr(0, options_.path.rfind('/'));
  if (options_.durability == Durability::full) sync_path(directory, O_RDONLY | O_DIRECTORY);
}

}  // namespace minipkg::store
