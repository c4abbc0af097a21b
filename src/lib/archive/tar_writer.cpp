// SPDX-License-Identifier: MIT
#include "lib/archive/tar_writer.hpp"

#include <fmt/format.h>

#include <array>

#include "lib/archive/format.hpp"
#include "lib/base/utf8.hpp"
#include "lib/model/xattr_text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::size_t name_field = 100;
constexpr std::size_t prefix_field = 155;
constexpr std::size_t account_field = 31;

/// A header block under construction, and the pax records for what did not fit.
class Header {
 public:
  void put(std::size_t at, std::string_view text) { text.copy(block_.data() + at, text.size()); }

  /// Octal digits and a NUL; a pax record `key` and 0 where they do not suffice.
  void put_number(std::size_t at, std::size_t width, std::int64_t value, const char* key) {
    const bool fits = value >= 0 && value < (std::int64_t{1} << (3 * (width - 1)));
    if (!fits) add_record(key, std::to_string(value));
    put(at, fmt::format("{:0{}o}", fits ? value : 0, width - 1));
  }

  void put_text(std::size_t at, std::size_t width, const std::string& text, const char* key) {
    if (text.size() > width) add_record(key, text);
    put(at, std::string_view(text).substr(0, width));
  }

  void put_name(const std::string& name) {
    // Where the last slash that leaves a short enough name also leaves a short enough prefix, ustar can say it.
    const std::size_t slash =
        name.size() <= name_field ? std::string::npos : name.find('/', name.size() - name_field - 1);
    if (slash != std::string::npos && slash > 0 && slash <= prefix_field && slash + 1 < name.size()) {
      put(345, std::string_view(name).substr(0, slash));
      return put(0, std::string_view(name).substr(slash + 1));
    }
    put_text(0, name_field, name, "path");
  }

  /// "<length> <key>=<value>\n", where the length counts itself.
  void add_record(const std::string& key, const std::string& value) {
    const bool is_name = key == "path" || key == "linkpath";
    if (is_name && !is_utf8(value) && records_.find("hdrcharset=") == std::string::npos)
      add_record("hdrcharset", "BINARY");
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
    records_ += fmt::format("{} {}={}\n", length, key, value);
  }

  std::string_view finish() {
    put(148, "        ");
    unsigned sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return {block_.data(), block_.size()};
  }

  const std::string& records() const { return records_; }

 private:
  std::array<char, tar_block> block_{};
  std::string records_;
};

char type_flag(FileType type) {
  switch (type) {
    case FileType::hardlink:
      return '1';
    case FileType::symlink:
      return '2';
    case FileType::character:
      return '3';
    case FileType::block:
      return '4';
    case FileType::directory:
      return '5';
    case FileType::fifo:
      return '6';
    default:
      return '0';
  }
}

std::string tar_name(const FileEntry& entry) {
  return entry.path.substr(1) + (entry.type == FileType::directory ? "/" : "");
}

void put_attributes(Header& header, const Xattrs& xattrs) {
  for (const auto& [name, value] : xattrs) {
    if (name == access_acl_xattr) {
      header.add_record("SCHILY.acl.access", acl_text(value).value_or(""));
    } else if (name == default_acl_xattr) {
      header.add_record("SCHILY.acl.default", acl_text(value).value_or(""));
    } else {
      header.add_record("SCHILY.xattr." + name, value);
    }
  }
}

Header header_of(const FileEntry& entry) {
  Header header;
  header.put_name(tar_name(entry));
  header.put_number(100, 8, entry.mode, "mode");
  header.put_number(108, 8, entry.owner.uid, "uid");
  header.put_number(116, 8, entry.owner.gid, "gid");
  header.put_number(124, 12, static_cast<std::int64_t>(entry.size), "size");
  header.put_number(136, 12, entry.mtime, "mtime");
  header.put(156, std::string(1, type_flag(entry.type)));
  header.put_text(157, name_field, entry.type == FileType::hardlink ? entry.target.substr(1) : entry.target,
                  "linkpath");
  header.put(257, std::string_view("ustar\0"
                                   "00",
                                   8));
  header.put_text(265, account_field, entry.owner.user, "uname");
  header.put_text(297, account_field, entry.owner.group, "gname");
  header.put_number(329, 8, entry.dev_major, "SCHILY.devmajor");
  header.put_number(337, 8, entry.dev_minor, "SCHILY.devminor");
  if (entry.type != FileType::hardlink) put_attributes(header, entry.xattrs);
  return header;
}

}  // namespace

void TarWriter::begin(const FileEntry& entry) {
  Header header = header_of(entry);
  if (!header.records().empty()) {
    FileEntry pax;
    pax.path = "/PaxHeader";
    pax.mode = 0644;
    pax.size = header.records().size();
    pax.mtime = entry.mtime;
    Header extension = header_of(pax);
    extension.put(156, "x");
    put(extension.finish());
    written_ = 0;
    data(header.records());
    end();
  }
  put(header.finish());
  written_ = 0;
}

void TarWriter::data(std::span<const char> bytes) {
  sink_(bytes);
  written_ += bytes.size();
}

void TarWriter::end() {
  static constexpr std::array<char, tar_block> zeros{};
  put({zeros.data(), static_cast<std::size_t>((tar_block - written_ % tar_block) % tar_block)});
}

void TarWriter::add_text(const std::string& name, std::string_view text, std::int64_t mtime) {
  FileEntry entry;
  entry.path = "/" + name;
  entry.mode = 0644;
  entry.size = text.size();
  entry.mtime = mtime;
  begin(entry);
  data(text);
  end();
}

void TarWriter::finish() { put(std::string(2 * tar_block, '\0')); }

}  // namespace minipkg::archive
