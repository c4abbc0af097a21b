// SPDX-License-Identifier: MIT
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace minipkg::test {

/// One header block of a tar archive, every field as the test wants it.
struct TarHeaderBlock {
  std::string name;
  char type = '0';
  std::uint64_t size = 0;
  std::string link = {};
  unsigned mode = 0644;
  std::string uid = "0000000", gid = "0000000", mtime = "00000000000";
  std::string user = "root", group = "root";
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);  ///< GNU: "ustar  \0"; v7: empty
  std::string prefix = {};
  std::vector<std::pair<std::size_t, std::string>> raw = {};  ///< bytes at offsets, last of all
  bool good_checksum = true;

  std::string str() const {
    std::string block(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) { block.replace(at, text.size(), text); };
    put(0, name);
    put(100, fmt::format("{:07o}", mode));
    put(108, uid);
    put(116, gid);
    put(124, fmt::format("{:011o}", size));
    put(136, mtime);
    block[156] = type;
    put(157, link);
    put(257, magic);
    if (!magic.empty()) {
      put(265, user);
      put(297, group);
      put(345, prefix);
    }
    for (const auto& [at, bytes] : raw) put(at, bytes);
    put(148, "        ");
    unsigned sum = good_checksum ? 0 : 1;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return block;
  }
};

inline const std::string gnu_magic = std::string("ustar  \0", 8);

inline std::string padded(std::string data) {
  data.append((512 - data.size() % 512) % 512, '\0');
  return data;
}

inline std::string tar_member(TarHeaderBlock header, const std::string& data = {}) {
  if (!data.empty()) header.size = data.size();
  return header.str() + padded(data);
}
inline std::string tar_file(const std::string& name, const std::string& data = {}) {
  return tar_member({.name = name}, data);
}
inline std::string tar_directory(const std::string& name) {
  return tar_member({.name = name, .type = '5', .mode = 0755});
}
inline std::string tar_link(char type, const std::string& name, const std::string& target) {
  return tar_member({.name = name, .type = type, .link = target});
}
inline std::string tar_end() { return std::string(1024, '\0'); }

inline std::string pax_record(const std::string& key, const std::string& value) {
  std::size_t length = key.size() + value.size() + 3;
  while (std::to_string(length).size() + key.size() + value.size() + 3 != length) {
    length = std::to_string(length).size() + key.size() + value.size() + 3;
  }
  return fmt::format("{} {}={}\n", length, key, value);
}
inline std::string pax_header(const std::string& records, char type = 'x') {
  return tar_member({.name = "pax", .type = type}, records);
}

/// `bytes` through one of libarchive's filters: "gzip", "xz", "zstd", "bzip2", "lz4", "lzip", …
inline std::string compressed(const std::string& bytes, const std::string& filter) {
  std::string out(bytes.size() * 2 + 65536, '\0');
  std::size_t used = 0;
  ::archive* writer = archive_write_new();
  archive_write_set_format_raw(writer);
  archive_write_set_bytes_in_last_block(writer, 1);
  if (archive_write_add_filter_by_name(writer, filter.c_str()) != ARCHIVE_OK ||
      archive_write_open_memory(writer, out.data(), out.size(), &used) != ARCHIVE_OK) {
    throw std::runtime_error(archive_error_string(writer));
  }
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_pathname(entry, "data");
  archive_write_header(writer, entry);
  archive_write_data(writer, bytes.data(), bytes.size());
  archive_entry_free(entry);
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

}  // namespace minipkg::test
