// SPDX-License-Identifier: MIT
#include "lib/signature/keyring.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "lib/base/fail.hpp"
#include "lib/base/owner.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/model/path.hpp"
#include "lib/os/resolver.hpp"
#include "lib/os/root.hpp"
#include "lib/signature/judge.hpp"
#include "lib/signature/minisign.hpp"
#include "lib/signature/small_file.hpp"

namespace minipkg::signature {
namespace {

constexpr const char* settings_directory = "/etc/minipkg";
constexpr const char* keys_directory = "/etc/minipkg/keys";
constexpr const char* policy_file = "policy";
constexpr std::string_view key_ending = ".pub";

void check_writers(int fd, const std::string& path) {
  struct stat stat {};
  if (::fstat(fd, &stat) != 0) fail_errno("look at", path);
  if (is_ours_alone(stat)) return;
  fail(ErrorKind::permission, "trust", path, "other users may write to it",
       S_ISDIR(stat.st_mode) ? "make it root's, with mode 0755" : "make it root's, with mode 0644");
}

/// Nothing if it does not exist.
std::optional<std::string> read_checked(int directory, const std::string& name, const std::string& path) {
  const Fd fd = open_regular(directory, name.c_str());
  if (!fd && errno == ENOENT) return {};
  if (!fd && (errno == EINVAL || errno == EISDIR)) {
    fail(ErrorKind::refused, "use", path, "it is not a regular file", "remove it");
  }
  if (!fd) fail_errno("open", path, errno, ErrorKind::refused);
  check_writers(fd.get(), path);
  std::string text;
  if (!read_small(fd.get(), text)) fail_errno("read", path, errno, ErrorKind::refused);
  return text;
}

/// Names of public key files, sorted.
std::vector<std::string> key_files(int directory, const std::string& path) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) fail_errno("read directory", path, errno, ErrorKind::refused);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), ::closedir);
  if (stream == nullptr) throw std::bad_alloc();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > key_ending.size() && name.ends_with(key_ending) && !name.starts_with('.'))
      names.emplace_back(name);
  }
  if (errno != 0) fail_errno("read directory", path, errno, ErrorKind::refused);
  std::sort(names.begin(), names.end());
  return names;
}

/// The one word in a text with comments.
std::optional<Policy> parse_policy(std::string_view text) {
  constexpr const char* blanks = " \t\r";
  std::optional<Policy> policy;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    const std::size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) continue;
    const auto word = policy_named(line.substr(begin, line.find_last_not_of(blanks) - begin + 1));
    if (!word || policy) return {};
    policy = word;
  }
  return policy;
}

}  // namespace

std::vector<TrustedKey> read_keys(int directory, const std::string& path) {
  check_writers(directory, path);
  std::vector<TrustedKey> keys;
  for (const std::string& file : key_files(directory, path)) {
    const std::string full = child_path(path, file);
    const std::optional<std::string> text = read_checked(directory, file, full);
    if (!text) continue;  // removed meanwhile
    Parsed<TrustedKey> key = parse_public_key(*text);
    // To leave one out might be to forget that it was revoked.
    if (!key.value) fail(ErrorKind::refused, "use", full, key.why, "make it a public key of minisign, or remove it");
    key.value->name = file.substr(0, file.size() - key_ending.size());
    keys.push_back(*std::move(key.value));
  }
  unite(keys);
  return keys;
}

Keyring::Keyring(const Root& root) : root_(os::tree_of(root)) {}

/// Empty if there is none.
Fd Keyring::open(const char* directory) const {
  const auto resolved = os::Resolver(root_).resolve(directory);
  if (!resolved.unsafe.empty()) fail(ErrorKind::permission, "use", root_.full_name(directory), resolved.unsafe);
  Fd fd(os::open_beneath(root_.fd(), resolved.canonical.substr(1), O_RDONLY));
  if (!fd && errno != ENOENT) fail_errno("open directory", root_.full_name(directory), errno, ErrorKind::refused);
  if (fd) check_writers(fd.get(), root_.full_name(directory));
  return fd;
}

Fd Keyring::make(const char* directory) {
  const std::string canonical = os::Resolver(root_).resolve(directory).canonical;
  for (std::size_t end = 0; end != std::string::npos;) {
    end = canonical.find('/', end + 1);
    const std::string path = canonical.substr(0, end);
    const int parent = root_.directory(parent_path(path));
    const std::string name(base_name(path));
    if (::mkdirat(parent, name.c_str(), 0755) == 0) {
      const Fd fresh(os::open_beneath(parent, name, O_RDONLY));
      if (fresh) ::fchmod(fresh.get(), 0755);  // whatever the umask
    } else if (errno != EEXIST) {
      fail_errno("make directory", root_.full_name(path), errno, ErrorKind::refused);
    }
  }
  Fd fd = open(directory);
  if (!fd) fail_errno("open directory", root_.full_name(directory), ENOENT, ErrorKind::refused);
  return fd;
}

std::string Keyring::file_of(const std::string& name) const {
  return root_.full_name(child_path(keys_directory, name + std::string(key_ending)));
}

Policy Keyring::policy() const {
  const Fd directory = open(settings_directory);
  if (!directory) return Policy::none;
  const std::string path = root_.full_name(child_path(settings_directory, policy_file));
  const std::optional<std::string> text = read_checked(directory.get(), policy_file, path);
  if (!text) return Policy::none;
  const std::optional<Policy> policy = parse_policy(*text);
  if (!policy) {
    fail(ErrorKind::refused, "use", path, "it is none of the words none, digest and signature",
         "minipkg key policy WORD writes it");
  }
  return *policy;
}

void Keyring::set_policy(Policy policy) {
  const Fd directory = make(settings_directory);
  const std::string text = std::string(name_of(policy)) + "\n";
  if (!write_whole(directory.get(), policy_file, text, 0644, Existing::replace)) {
    fail_errno("write", root_.full_name(child_path(settings_directory, policy_file)), errno, ErrorKind::refused);
  }
}

std::vector<TrustedKey> Keyring::keys() const {
  if (!open(settings_directory)) return {};
  const Fd directory = open(keys_directory);
  if (!directory) return {};
  return read_keys(directory.get(), root_.full_name(keys_directory));
}

void Keyring::add(const std::string& name, const std::string& text) {
  make(settings_directory);
  const Fd directory = make(keys_directory);
  if (write_whole(directory.get(), name + std::string(key_ending), text, 0644, Existing::keep)) return;
  if (errno == EEXIST) fail(ErrorKind::refused, "add", file_of(name), "there is one already", "--name gives another");
  fail_errno("write", file_of(name), errno, ErrorKind::refused);
}

void Keyring::remove(const std::string& name) {
  const Fd directory = open(keys_directory);
  if (::unlinkat(directory.get(), (name + std::string(key_ending)).c_str(), 0) != 0) {
    fail_errno("remove", file_of(name), errno, ErrorKind::refused);
  }
  ::fsync(directory.get());
}

void Keyring::revoke(const std::string& name, Day day) {
  const Fd directory = open(keys_directory);
  const std::string file = name + std::string(key_ending);
  const std::optional<std::string> text = read_checked(directory.get(), file, file_of(name));
  if (!text) fail_errno("open", file_of(name), ENOENT, ErrorKind::refused);
  const std::string end = text->ends_with('\n') ? "" : "\n";
  if (!write_whole(directory.get(), file, *text + end + revoked_line(day), 0644, Existing::replace)) {
    fail_errno("write", file_of(name), errno, ErrorKind::refused);
  }
}

}  // namespace minipkg::signature
