// SPDX-License-Identifier: MIT
#include "lib/archive/member_wire.hpp"

#include <cstring>
#include <type_traits>

namespace minipkg::archive {
namespace {

class Writer {
 public:
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void put(Number value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text) {
    put(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const char> bytes) : rest_(bytes) {}

  template <class Number>
  requires std::is_arithmetic_v<Number>
  void take(Number& value) {
    if (!has(sizeof value)) return;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
  }
  void take(std::string& text) {
    std::uint32_t size = 0;
    take(size);
    if (!has(size)) return;
    text.assign(rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  bool has(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    return good_;
  }

  std::span<const char> rest_;
  bool good_ = true;
};

/// Both ways in one order.
template <class Member, class Each>
void each_field(Member& member, Each each) {
  each(member.number);
  each(member.name);
  each(member.mode);
  each(member.owner.user);
  each(member.owner.group);
  each(member.owner.uid);
  each(member.owner.gid);
  each(member.size);
  each(member.mtime);
  each(member.link);
  each(member.dev_major);
  each(member.dev_minor);
}

bool is_type(std::uint8_t type) {
  switch (static_cast<FileType>(type)) {
    case FileType::regular:
    case FileType::directory:
    case FileType::symlink:
    case FileType::hardlink:
    case FileType::character:
    case FileType::block:
    case FileType::fifo:
      return true;
    default:
      return false;  // no tar archive holds a socket
  }
}

}  // namespace

std::string encode(const TarMember& member) {
  Writer writer;
  writer.put(static_cast<std::uint8_t>(member.type));
  each_field(member, [&](const auto& field) { writer.put(field); });
  writer.put(static_cast<std::uint32_t>(member.xattrs.size()));
  for (const auto& [name, value] : member.xattrs) {
    writer.put(name);
    writer.put(value);
  }
  return writer.take();
}

std::optional<TarMember> decode_member(std::span<const char> bytes) {
  Reader reader(bytes);
  TarMember member;
  std::uint8_t type = 0;
  std::uint32_t xattrs = 0;
  reader.take(type);
  each_field(member, [&](auto& field) { reader.take(field); });
  reader.take(xattrs);
  for (; xattrs > 0 && reader.good(); --xattrs) {
    std::string name, value;
    reader.take(name);
    reader.take(value);
    member.xattrs.insert_or_assign(std::move(name), std::move(value));
  }
  if (!reader.at_end() || !is_type(type) || (member.mode & ~07777U) != 0) return {};
  member.type = static_cast<FileType>(type);
  return member;
}

std::string encode(const Refusal& refusal) {
  Writer writer;
  writer.put(static_cast<std::uint8_t>(refusal.kind));
  writer.put(refusal.message);
  writer.put(refusal.hint);
  return writer.take();
}

std::optional<Refusal> decode_refusal(std::span<const char> bytes) {
  Reader reader(bytes);
  Refusal refusal;
  std::uint8_t kind = 0;
  reader.take(kind);
  reader.take(refusal.message);
  reader.take(refusal.hint);
  if (!reader.at_end() || kind > static_cast<std::uint8_t>(ErrorKind::internal)) return {};
  refusal.kind = static_cast<ErrorKind>(kind);
  return refusal;
}

}  // namespace minipkg::archive
