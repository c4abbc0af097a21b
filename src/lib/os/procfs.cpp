// SPDX-License-Identifier: MIT
#include "lib/os/procfs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <memory>

namespace minipkg::os {
namespace {

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Takes the next word, ended by white space, off `text`.
std::string_view next_word(std::string_view& text) {
  constexpr std::string_view white = " \t\n";
  text.remove_prefix(std::min(text.find_first_not_of(white), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(white));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

bool ProcessStat::is_kernel_thread() const {
  constexpr std::uint64_t kernel_thread_flag = 0x00200000;  // PF_KTHREAD of linux/sched.h
  return (flags & kernel_thread_flag) != 0;
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // comm may hold anything, ") " included: it ends at the last parenthesis.
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  ProcessStat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  text.remove_prefix(close + 1);
  std::array<std::string_view, 20> fields;  // field 3 (state) to 22 (starttime)
  for (std::string_view& field : fields) field = next_word(text);
  if (fields[0].size() != 1) return std::nullopt;
  stat.state = fields[0][0];
  const bool good = parse_number(fields[1], stat.ppid) && parse_number(fields[6], stat.flags) &&
                    parse_number(fields[17], stat.threads) && parse_number(fields[19], stat.start_time);
  return good ? std::optional(std::move(stat)) : std::nullopt;
}

std::optional<std::uint32_t> parse_effective_uid(std::string_view status) {
  // "Name:" comes first, but the kernel escapes a newline in it: no other line can pose as this one.
  const std::size_t line = status.find("\nUid:");
  if (line == std::string_view::npos) return std::nullopt;
  status.remove_prefix(line + 5);
  next_word(status);  // the real user
  std::uint32_t uid = 0;
  return parse_number(next_word(status), uid) ? std::optional(uid) : std::nullopt;
}

std::optional<std::vector<std::uint32_t>> numbered_entries(int directory) {
  // A descriptor of its own: reading it moves a position that would otherwise be shared.
  const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), ::closedir);
  if (stream == nullptr) {
    ::close(fd);
    return std::nullopt;
  }
  std::vector<std::uint32_t> numbers;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    std::uint32_t number = 0;
    if (parse_number(std::string_view(entry->d_name), number)) numbers.push_back(number);
  }
  if (errno != 0) return std::nullopt;
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Fd open_numbered(int directory, std::uint32_t number) {
  return Fd(::openat(directory, std::to_string(number).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool read_text(int dirfd, const char* name, std::string& text, std::size_t limit) {
  text.clear();
  const Fd fd(::openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return false;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got == 0) return true;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() >= limit) return true;
  }
}

std::string link_text(int dirfd, const char* name) {
  std::array<char, PATH_MAX> text;
  const ssize_t size = ::readlinkat(dirfd, name, text.data(), text.size());
  return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<Identity> identity_through(int dirfd, const char* name) {
  struct statx about {};
  const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0);
  if (::statx(dirfd, name, flags, STATX_INO | STATX_BTIME, &about) != 0) return std::nullopt;
  Identity identity;
  identity.dev = makedev(about.stx_dev_major, about.stx_dev_minor);
  identity.ino = about.stx_ino;
  if ((about.stx_mask & STATX_BTIME) != 0) {
    identity.birth = about.stx_btime.tv_sec * std::int64_t{1'000'000'000} + about.stx_btime.tv_nsec;
  }
  return identity;
}

}  // namespace minipkg::os
