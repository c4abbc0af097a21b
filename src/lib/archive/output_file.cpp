// SPDX-License-Identifier: MIT
#include "lib/archive/output_file.hpp"

#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "lib/base/fail.hpp"

namespace minipkg::archive {
namespace {

/// Level and threads are fixed, and gzip gets no time stamp: the same input must give the same bytes.
struct Compression {
  std::string_view ending;
  const char* filter;  ///< libarchive's name, or null
  const char* options;
};
constexpr std::array<Compression, 6> compressions{{{".tar", nullptr, nullptr},
                                                   {".gz", "gzip", "gzip:compression-level=6,gzip:!timestamp"},
                                                   {".xz", "xz", "xz:compression-level=6,xz:threads=1"},
                                                   {".zst", "zstd", "zstd:compression-level=3"},
                                                   {".bz2", "bzip2", "bzip2:compression-level=9"},
                                                   {".lz4", "lz4", "lz4:compression-level=1"}}};

const Compression& compression_of(const std::string& name) {
  const auto ends = [&](const Compression& c) {
    return name.size() > c.ending.size() && name.compare(name.size() - c.ending.size(), c.ending.size(), c.ending) == 0;
  };
  const auto found = std::find_if(compressions.begin(), compressions.end(), ends);
  if (found == compressions.end()) {
    fail(ErrorKind::usage, "write", name, "its name does not say how to pack it",
         "let it end in .tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2 or .tar.lz4");
  }
  return *found;
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

OutputFile::OutputFile(std::string name) : name_(std::move(name)), writer_(archive_write_new()) {
  const Compression& compression = compression_of(name_);
  if (writer_ == nullptr) throw std::bad_alloc();
  check(archive_write_set_format_raw(writer_.get()));
  check(archive_write_set_bytes_in_last_block(writer_.get(), 1));
  if (compression.filter != nullptr) {
    check(archive_write_add_filter_by_name(writer_.get(), compression.filter));
    check(archive_write_set_options(writer_.get(), compression.options));
  }
  const std::size_t slash = name_.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  std::string temporary = fmt::format("{}.{}.XXXXXX", name_.substr(0, base), name_.substr(base));
  fd_.reset(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd_) fail(ErrorKind::usage, "create", name_, std::strerror(errno));
  temporary_ = temporary;
  check(archive_write_open_fd(writer_.get(), fd_.get()));
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  check(archive_write_header(writer_.get(), entry.get()));
}

OutputFile::~OutputFile() {
  writer_.reset();
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::check(int result) const {
  if (result == ARCHIVE_OK) return;
  const char* why = archive_error_string(writer_.get());
  fail(ErrorKind::refused, "write", name_, why == nullptr ? "unknown error" : why);
}

void OutputFile::write(std::span<const char> bytes) {
  const la_ssize_t written = archive_write_data(writer_.get(), bytes.data(), bytes.size());
  if (written != static_cast<la_ssize_t>(bytes.size())) check(ARCHIVE_FATAL);
}

void OutputFile::commit() {
  check(archive_write_close(writer_.get()));
  const bool done = ::fchmod(fd_.get(), mode_of_new_files()) == 0 && ::fsync(fd_.get()) == 0 &&
                    ::rename(temporary_.c_str(), name_.c_str()) == 0;
  if (!done) fail_errno("write", name_, errno, ErrorKind::refused);
  temporary_.clear();
}

}  // namespace minipkg::archive
