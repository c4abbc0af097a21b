// SPDX-License-Identifier: MIT
#include "lib/archive/byte_source.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cerrno>

#include "lib/base/fail.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::size_t buffer_size = std::size_t{128} * 1024;

/// Not cleared: every byte is written before it is read.
class Buffer {
 public:
  std::span<char> bytes() { return {bytes_.get(), buffer_size}; }

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique_for_overwrite<char[]>(buffer_size);
};

/// The file as it is.
class PlainSource : public ByteSource {
 public:
  explicit PlainSource(const InputFile& file) : file_(file) {}

  std::span<const char> next() override {
    const std::size_t got = file_.read_at(offset_, buffer_.bytes());
    offset_ += got;
    return buffer_.bytes().first(got);
  }

 private:
  const InputFile& file_;
  std::uint64_t offset_ = 0;
  Buffer buffer_;
};

/// gzip by zlib itself, because libarchive looks at neither checksum nor length in the trailer.
class GzipSource : public ByteSource {
 public:
  explicit GzipSource(const InputFile& file) : compressed_(file), file_(file) {
    constexpr int gzip_only = 15 + 16;
    if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::span<const char> next() override {
    stream_.next_out = reinterpret_cast<Bytef*>(output_.bytes().data());
    stream_.avail_out = buffer_size;
    while (stream_.avail_out == buffer_size) {
      if (stream_.avail_in == 0 && !refill()) {
        if (!between_members_) refuse("is truncated");
        break;
      }
      if (between_members_) begin_member();
      const int result = inflate(&stream_, Z_NO_FLUSH);
      between_members_ = result == Z_STREAM_END;
      if (result != Z_OK && result != Z_STREAM_END) refuse(stream_.msg != nullptr ? stream_.msg : "is damaged");
    }
    return output_.bytes().first(buffer_size - stream_.avail_out);
  }

 private:
  bool refill() {
    const std::span<const char> bytes = compressed_.next();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads them
    stream_.avail_in = static_cast<uInt>(bytes.size());
    return !bytes.empty();
  }

  void begin_member() {
    if (*stream_.next_in != 0x1F) refuse("is followed by something else");
    inflateReset(&stream_);
    between_members_ = false;
  }

  [[noreturn]] void refuse(std::string_view why) const {
    fail(ErrorKind::bad_package, "read", file_.name(), fmt::format("the gzip data {}", why));
  }

  PlainSource compressed_;
  const InputFile& file_;
  Buffer output_;
  z_stream stream_{};
  bool between_members_ = true;
};

struct ArchiveFree {
  void operator()(::archive* a) const { archive_read_free(a); }
};

using EnableFilter = int (*)(::archive*);

/// One libarchive filter and its raw format: decompression only, what is inside does not concern it.
class FilterSource : public ByteSource {
 public:
  FilterSource(const InputFile& file, EnableFilter enable, std::string_view name)
      : compressed_(file), file_(file), name_(name), reader_(archive_read_new()) {
    if (reader_ == nullptr) throw std::bad_alloc();
    check(enable(reader_.get()));
    check(archive_read_support_format_raw(reader_.get()));
    check(archive_read_open(reader_.get(), this, nullptr, read_compressed, nullptr));
    archive_entry* entry = nullptr;
    check(archive_read_next_header(reader_.get(), &entry));
    if (archive_filter_count(reader_.get()) != 2) refuse("is compressed twice");  // the filter and the file below it
  }

  std::span<const char> next() override {
    for (;;) {
      const void* data = nullptr;
      std::size_t size = 0;
      std::int64_t offset = 0;
      const int result = archive_read_data_block(reader_.get(), &data, &size, &offset);
      if (result == ARCHIVE_EOF) break;
      check(result);
      if (size > 0) return {static_cast<const char*>(data), size};
    }
    const auto consumed = static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), -1));
    std::array<char, 1> more{};
    if (file_.read_at(consumed, more) != 0) refuse("is followed by something else");
    return {};
  }

 private:
  static la_ssize_t read_compressed(::archive* reader, void* self, const void** buffer) {
    // No exception may pass through C.
    try {
      const std::span<const char> bytes = static_cast<FilterSource*>(self)->compressed_.next();
      *buffer = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (const std::exception& error) {
      archive_set_error(reader, EIO, "%s", error.what());
      return ARCHIVE_FATAL;
    }
  }

  /// A warning is a refusal too: the data is what it should be, or it is not.
  void check(int result) const {
    if (result == ARCHIVE_OK) return;
    const char* why = archive_error_string(reader_.get());
    refuse(why == nullptr ? "is damaged" : fmt::format("is damaged: {}", printable(why)));
  }

  [[noreturn]] void refuse(std::string_view why) const {
    fail(ErrorKind::bad_package, "read", file_.name(), fmt::format("the {} {}", name_, why));
  }

  PlainSource compressed_;
  const InputFile& file_;
  std::string_view name_;
  std::unique_ptr<::archive, ArchiveFree> reader_;
};

}  // namespace

Sniffed known_format(const std::string& file, std::span<const char> start) {
  const Sniffed sniffed = sniff(start);
  if (sniffed.format != Format::other) return sniffed;
  fail(ErrorKind::bad_package, "read", file, fmt::format("it is {}; this version reads tar archives", sniffed.name));
}

std::unique_ptr<ByteSource> open_source(const InputFile& file) {
  std::array<char, 512> start{};
  const std::size_t size = file.read_at(0, start);
  if (size == 0) fail(ErrorKind::bad_package, "read", file.name(), "the file is empty");
  const Sniffed sniffed = known_format(file.name(), {start.data(), size});
  switch (sniffed.format) {
    case Format::tar:
      return std::make_unique<PlainSource>(file);
    case Format::gzip:
      return std::make_unique<GzipSource>(file);
    case Format::xz:
      return std::make_unique<FilterSource>(file, archive_read_support_filter_xz, sniffed.name);
    case Format::zstd:
      return std::make_unique<FilterSource>(file, archive_read_support_filter_zstd, sniffed.name);
    case Format::bzip2:
      return std::make_unique<FilterSource>(file, archive_read_support_filter_bzip2, sniffed.name);
    case Format::lz4:
      return std::make_unique<FilterSource>(file, archive_read_support_filter_lz4, sniffed.name);
    case Format::other:
      break;
  }
  return nullptr;  // known_format() knows no other
}

}  // namespace minipkg::archive
