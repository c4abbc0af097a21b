// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

#include "lib/archive/byte_source.hpp"
#include "lib/archive/member_source.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// The bytes of `source`, as long as they are in proportion to the file they come from. The refusal names the limit.
std::unique_ptr<ByteSource> limited(std::unique_ptr<ByteSource> source, const InputFile&, const ReadLimits&);

/// Of the archive's own manifest. It is kept in memory, and becomes some times as much there: what is not in proportion
/// to the file is no honest one, whose digests no compression makes smaller.
std::uint64_t most_manifest_bytes(const InputFile&, const ReadLimits&);

/// Of an archive that comes out of a pipe, whose size nobody knows before.
std::uint64_t most_piped_bytes(const ReadLimits&);

/// How the caller can have more than `limit`.
std::string limit_hint(std::string_view limit);

/// What the members of one archive come to, by what they say of themselves.
class Tally {
 public:
  Tally(const MemberSource& source, const ReadLimits& limits) : source_(source), limits_(limits) {}
  /// Counts one more. Refuses the one that is too much.
  void add(const TarMember&);

 private:
  const MemberSource& source_;
  ReadLimits limits_;
  std::uint64_t unpacked_ = 0, described_ = 0;
};

}  // namespace minipkg::archive
