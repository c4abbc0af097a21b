// SPDX-License-Identifier: MIT
#include "lib/store/codec.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "lib/base/utf8.hpp"
#include "lib/store/row.hpp"
#include "minipkg/error.hpp"

namespace minipkg::store {
namespace {

class Writer {
 public:
  void number(std::int64_t value) {
    std::array<char, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    out.append(bytes.data(), bytes.size());
  }
  void string(std::string_view text) {
    number(static_cast<std::int64_t>(text.size()));
    out += text;
  }
  std::string out;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::int64_t number() {
    std::int64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string string() { return std::string(take(static_cast<std::size_t>(number()))); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw Error(ErrorKind::cannot_answer, "cannot read the database: a value is cut short");
    const std::string_view piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
  }
  std::string_view rest_;
};

constexpr std::int64_t no_mtime = INT64_MIN;

/// They come last in every value.
Xattrs rest_as_xattrs(Reader& reader) {
  Xattrs xattrs;
  while (!reader.at_end()) {
    std::string name = reader.string();
    if (!is_utf8(name)) refuse_value("an attribute that is none");
    xattrs[std::move(name)] = reader.string();
  }
  return xattrs;
}

}  // namespace

std::string encode(const Xattrs& xattrs) {
  Writer writer;
  for (const auto& [name, value] : xattrs) {
    writer.string(name);
    writer.string(value);
  }
  return writer.out;
}

Xattrs decode_xattrs(std::string_view bytes) {
  Reader reader(bytes);
  return rest_as_xattrs(reader);
}

Digest digest_of_bytes(std::string_view bytes) {
  Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

std::string encode(const Attributes& attributes) {
  Writer writer;
  writer.number(attributes.mode);
  writer.number(attributes.uid);
  writer.number(attributes.gid);
  writer.number(attributes.mtime.value_or(no_mtime));
  writer.string(encode_words(attributes.clear));
  writer.out += encode(attributes.set);
  return writer.out;
}

Attributes decode_attributes(std::string_view bytes) {
  Reader reader(bytes);
  Attributes attributes;
  attributes.mode = static_cast<std::uint16_t>(reader.number());
  attributes.uid = static_cast<std::uint32_t>(reader.number());
  attributes.gid = static_cast<std::uint32_t>(reader.number());
  if (const std::int64_t mtime = reader.number(); mtime != no_mtime) attributes.mtime = mtime;
  attributes.clear = decode_words(reader.string());
  attributes.set = rest_as_xattrs(reader);
  return attributes;
}

std::string encode(const FileEntry& entry) {
  Writer writer;
  writer.number(static_cast<std::int64_t>(entry.type));
  writer.number(entry.mode);
  writer.string(entry.owner.user);
  writer.string(entry.owner.group);
  writer.number(entry.owner.uid);
  writer.number(entry.owner.gid);
  writer.number(static_cast<std::int64_t>(entry.size));
  writer.number(entry.mtime);
  writer.string({reinterpret_cast<const char*>(entry.digest.data()), entry.digest.size()});
  writer.string(entry.target);
  writer.number(entry.dev_major);
  writer.number(entry.dev_minor);
  writer.string(entry.extra);
  writer.out += encode(entry.xattrs);
  return writer.out;
}

FileEntry decode_file_entry(const std::string& path, std::string_view bytes) {
  Reader reader(bytes);
  FileEntry entry;
  entry.path = path;
  entry.type = enumerator(reader.number(), FileType::fifo);
  entry.mode = static_cast<std::uint16_t>(reader.number());
  entry.owner.user = reader.string();
  entry.owner.group = reader.string();
  if (!is_utf8(entry.owner.user) || !is_utf8(entry.owner.group)) refuse_value("an owner who is none");
  entry.owner.uid = static_cast<std::uint32_t>(reader.number());
  entry.owner.gid = static_cast<std::uint32_t>(reader.number());
  entry.size = static_cast<std::uint64_t>(reader.number());
  entry.mtime = reader.number();
  entry.digest = digest_of_bytes(reader.string());
  entry.target = reader.string();
  entry.dev_major = static_cast<std::uint32_t>(reader.number());
  entry.dev_minor = static_cast<std::uint32_t>(reader.number());
  entry.extra = reader.string();
  entry.xattrs = rest_as_xattrs(reader);
  return entry;
}

std::string encode_words(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += word + '\0';
  return out;
}

std::vector<std::string> decode_words(std::string_view bytes) {
  std::vector<std::string> words;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    words.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return words;
}

}  // namespace minipkg::store
