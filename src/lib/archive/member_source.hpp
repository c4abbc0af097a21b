// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg::archive {

/// One member of a tar archive: what its headers say, put together, but not judged.
struct TarMember {
  TarMember() = default;
  explicit TarMember(std::uint64_t which, std::string named = {}) : number(which), name(std::move(named)) {}

  std::uint64_t number = 0;  ///< from 1
  std::string name;          ///< as it stands there
  FileType type = FileType::regular;
  std::uint16_t mode = 0;
  Owner owner;  ///< names may be empty
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  std::string link;
  std::uint32_t dev_major = 0, dev_minor = 0;
  Xattrs xattrs;

  std::string label() const;  ///< "member 7 'usr/bin/x'", printable
  friend bool operator==(const TarMember&, const TarMember&) = default;
};

/// Bytes of a member at their offset in the file.
struct Chunk {
  std::uint64_t offset = 0;
  std::span<const char> bytes;
};

/// The members of an archive, one after the other, each with its data.
class MemberSource {
 public:
  explicit MemberSource(std::string file) : file_(std::move(file)) {}
  MemberSource(const MemberSource&) = delete;  // callbacks know its address
  MemberSource& operator=(const MemberSource&) = delete;
  virtual ~MemberSource() = default;

  /// The next member, or null at the archive's end. What was not read of the one before is passed over.
  virtual const TarMember* next() = 0;
  /// The next piece of the current member's data, or nothing at its end; good until the next call. Offsets only grow;
  /// what lies between is a hole.
  virtual std::optional<Chunk> read() = 0;

  const TarMember& member() const { return member_; }
  const std::string& file() const { return file_; }

  /// Throw Error(bad_package) that names the archive, and the member.
  [[noreturn]] void refuse(const TarMember&, std::string_view why) const;
  [[noreturn]] void refuse(std::string_view why) const;

 protected:
  TarMember member_;

 private:
  std::string file_;
};

}  // namespace minipkg::archive
