// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <vector>

#include "lib/base/fail.hpp"
#include "lib/base/owner.hpp"
#include "lib/model/path.hpp"
#include "lib/os/attributes.hpp"
#include "lib/os/file_stat.hpp"
#include "lib/os/resolver.hpp"
#include "lib/system/system_impl.hpp"

// The directory of the databases: found, made where there is none, and gone without a trace if nothing came of it.
namespace minipkg {
namespace {

/// Where a directory is, for messages.
std::string path_of(int fd, const std::string& otherwise) {
  std::array<char, 4096> text{};
  const ssize_t length = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), text.data(), text.size());
  return length <= 0 ? otherwise : std::string(text.data(), static_cast<std::size_t>(length));
}

void try_to_set_mtime(int directory, std::int64_t nanoseconds, const std::string& path) {
  try {
    os::set_mtime(directory, nanoseconds, path);
  } catch (const Error&) {
    // Only a time.
  }
}

/// Nobody but root and this user may write where the databases are.
void check_directory(int fd, const std::string& path) {
  struct stat stat {};
  if (::fstat(fd, &stat) != 0) fail_errno("look at", path);
  if (!is_ours_alone(stat)) {
    fail(ErrorKind::permission, "use", path, "other users may write to it", "make it root's, with mode 0755");
  }
}

}  // namespace

bool System::Impl::find_directory() {
  const auto resolved = os::Resolver(root).resolve(state_directory);
  if (!resolved.unsafe.empty()) fail(ErrorKind::permission, "use", root.full_name(state_directory), resolved.unsafe);
  directory = resolved.canonical;
  const int fd = os::open_beneath(root.fd(), directory.substr(1), O_RDONLY);
  if (fd < 0 && errno != ENOENT) fail_errno("open directory", root.full_name(directory));
  directory_fd = Fd(fd);
  if (fd < 0) return false;
  check_directory(fd, root.full_name(directory));
  directory_path = path_of(fd, root.full_name(directory));
  return true;
}

/// Returns what it made, outermost first, one a line: the time that its parent had before, and its path.
std::string System::Impl::make_directory() {
  std::string made;
  for (std::size_t end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const std::string path = directory.substr(0, end);
    const int parent = root.directory(parent_path(path));
    const std::string name(base_name(path));
    const auto before = os::look(parent, "", root.full_name(parent_path(path)));
    const bool made_it = ::mkdirat(parent, name.c_str(), 0755) == 0;
    const int why = errno;
    if (made_it) {
      made += fmt::format("{} {}\n", os::mtime_of(before->disk), path);
      const Fd fresh(os::open_beneath(parent, name, O_RDONLY));
      if (fresh) ::fchmod(fresh.get(), 0755);  // whatever the umask
      // It comes and goes without a trace; where that fails, the end of a first transaction that is undone tries again.
      try_to_set_mtime(parent, os::mtime_of(before->disk), root.full_name(parent_path(path)));
    } else if (why != EEXIST) {
      forget_made(made);
      fail_errno("make directory", root.full_name(path), why);
    }
    if (end == std::string::npos) return made;
  }
}

/// The directories that were made for the databases go too, innermost first, as far as they are empty.
void System::Impl::forget_made(const std::string& made) {
  lock.reset();
  root.forget();
  std::vector<std::pair<std::string, std::int64_t>> directories;
  std::istringstream lines(made);
  std::int64_t time = 0;
  for (std::string path; lines >> time && lines.get() == ' ' && std::getline(lines, path);) {
    if (!why_bad_path(path).empty()) continue;  // a database may come from somebody else
    directories.emplace(directories.begin(), path, time);
  }
  for (const auto& [path, parents_time] : directories) {
    const int parent = root.try_directory(parent_path(path));
    if (parent < 0 || ::unlinkat(parent, std::string(base_name(path)).c_str(), AT_REMOVEDIR) != 0) return;
    os::set_mtime(parent, parents_time, root.full_name(parent_path(path)));
  }
}

}  // namespace minipkg
