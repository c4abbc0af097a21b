// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Changes a tar archive block by block and puts its checksums right: without that no header would be looked at.
namespace minipkg::fuzz {

class TarMutator {
 public:
  explicit TarMutator(unsigned seed) : random_(seed) {}

  /// In place; the new size. Now and then, and where it is no tar, bytes are mutated and nothing is put right.
  std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t most) {
    const bool is_tar = size >= block && std::memcmp(data + 257, "ustar", 5) == 0;
    if (!is_tar || below(8) == 0) return LLVMFuzzerMutate(data, size, most);
    tar_.assign(reinterpret_cast<const char*>(data), size);
    find_headers();
    for (std::size_t n = below(3) + 1; n > 0; --n) change();
    if (tar_.size() > most) tar_.resize(most / block * block);
    find_headers();
    for (const std::size_t header : headers_) put_checksum(header);
    std::memcpy(data, tar_.data(), tar_.size());
    return tar_.size();
  }

 private:
  static constexpr std::size_t block = 512;
  struct Field {
    std::size_t at, size;
  };

  std::size_t below(std::size_t end) { return random_() % end; }

  /// Where headers stand, as far as their sizes lead. Those with a wrong checksum count, too.
  void find_headers() {
    headers_.clear();
    for (std::size_t at = 0; at + block <= tar_.size();) {
      const bool end = tar_.compare(at, block, std::string(block, '\0')) == 0;
      std::size_t size = 0;
      std::from_chars(tar_.data() + at + 124, tar_.data() + at + 135, size, 8);
      if (!end) headers_.push_back(at);
      at += block * (end ? 1 : 1 + std::min(size, tar_.size()) / block + (size % block != 0 ? 1 : 0));
    }
  }

  void put_checksum(std::size_t at) {
    std::memset(tar_.data() + at + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i) sum += static_cast<unsigned char>(tar_[at + i]);
    std::snprintf(tar_.data() + at + 148, 7, "%06o", sum);  // and a NUL
  }

  void change() {
    if (headers_.empty()) return add_member();
    const std::size_t header = headers_[below(headers_.size())];
    if (header + block > tar_.size()) return;
    switch (below(8)) {
      case 0:
        return add_member();
      case 1:
        return add_pax(header);
      case 2:
        tar_.erase(header, block * (1 + below(2)));
        return find_headers();
      case 3: {
        const std::size_t other = headers_[below(headers_.size())];
        tar_.insert(other, std::string(tar_, header, block * (1 + below(3))));
        return find_headers();
      }
      case 4:
        tar_[header + 156] = "0123456777LKxgSVDMN\0"[below(20)];
        return;
      case 5:
        return mutate_bytes(header + block, block);
      default:
        return change_field(header);
    }
  }

  void change_field(std::size_t header) {
    constexpr std::array<Field, 14> fields{{{0, 100},
                                            {0, 100},
                                            {157, 100},
                                            {100, 8},
                                            {108, 8},
                                            {116, 8},
                                            {124, 12},
                                            {136, 12},
                                            {257, 8},
                                            {265, 32},
                                            {297, 32},
                                            {329, 16},
                                            {345, 155},
                                            {386, 126}}};
    const Field field = fields.at(below(fields.size()));
    mutate_bytes(header + field.at, field.size);
  }

  void mutate_bytes(std::size_t at, std::size_t size) {
    if (at + size > tar_.size()) return;
    std::string bytes(tar_, at, size);
    const std::size_t used = std::min(bytes.find('\0'), size);
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), std::max<std::size_t>(used, 1), size));
    bytes.resize(size, '\0');
    tar_.replace(at, size, bytes);
  }

  static std::string header_of(const std::string& name, char type, std::size_t size) {
    std::string header(block, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, type == '5' ? "0000755" : "0000644");
    header.replace(108, 7, "0000000");
    header.replace(116, 7, "0000000");
    std::array<char, 12> octal{};
    std::snprintf(octal.data(), octal.size(), "%011o", static_cast<unsigned>(size));
    header.replace(124, 11, octal.data());
    header.replace(136, 11, "00000000000");
    header[156] = type;
    header.replace(257, 8, std::string("ustar\00000", 8));
    return header;
  }

  /// A member with a name from a small alphabet, so that names meet.
  void add_member() {
    constexpr std::array<const char*, 12> names{
        "a", "a/", "a/b", "./a", "a/b/c", "b", "./", "a/../b", "/a", ".PKGINFO", ".MINIPKG/manifest.json", "a//b"};
    const char type = "0001256"[below(7)];
    const std::size_t size = type == '0' ? below(3) : 0;
    std::string member = header_of(names.at(below(names.size())), type, size);
    if (type == '1' || type == '2') member.replace(157, 3, "a/b");
    if (size > 0) member += std::string(size, 'x') + std::string(block - size, '\0');
    const bool somewhere = !headers_.empty() && below(3) != 0;
    tar_.insert(somewhere ? headers_[below(headers_.size())] : 0, member);
    if (headers_.empty()) tar_ += std::string(2 * block, '\0');
    find_headers();
  }

  /// A pax header before the member, with records of the right length.
  void add_pax(std::size_t header) {
    constexpr std::array<const char*, 22> keys{"path",
                                               "linkpath",
                                               "size",
                                               "uid",
                                               "gid",
                                               "uname",
                                               "gname",
                                               "mtime",
                                               "GNU.sparse.major",
                                               "GNU.sparse.minor",
                                               "GNU.sparse.name",
                                               "GNU.sparse.realsize",
                                               "GNU.sparse.map",
                                               "GNU.sparse.size",
                                               "GNU.sparse.numblocks",
                                               "GNU.sparse.offset",
                                               "SCHILY.xattr.user.a",
                                               "LIBARCHIVE.xattr.user.a",
                                               "SCHILY.acl.access",
                                               "SCHILY.devmajor",
                                               "hdrcharset",
                                               "comment"};
    constexpr std::array<const char*, 10> values{
        "1", "0", "a/b", "-1.5", "0,1", "user::rw-,group::r--,other::r--", "7777777", "root", "../x", "\xff"};
    std::string records;
    for (std::size_t n = below(3) + 1; n > 0; --n) {
      records += record(keys.at(below(keys.size())), values.at(below(values.size())));
    }
    const std::size_t padding = (block - records.size() % block) % block;
    tar_.insert(header,
                header_of("pax", below(8) == 0 ? 'g' : 'x', records.size()) + records + std::string(padding, '\0'));
    find_headers();
  }

  static std::string record(const std::string& key, const std::string& value) {
    const std::string rest = " " + key + "=" + value + "\n";
    std::size_t size = rest.size() + 1;
    while (std::to_string(size).size() + rest.size() != size) ++size;
    return std::to_string(size) + rest;
  }

  std::minstd_rand random_;
  std::string tar_;
  std::vector<std::size_t> headers_;
};

}  // namespace minipkg::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return minipkg::fuzz::TarMutator(seed).mutate(data, size, most);
}
