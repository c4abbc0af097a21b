// SPDX-License-Identifier: MIT
#include "lib/archive/member_data.hpp"

#include <fmt/format.h>

#include "lib/base/digest.hpp"

namespace minipkg::archive {
namespace {

template <typename OnChunk>
Digest hash_each(MemberSource& reader, OnChunk on_chunk) {
  Sha256 hash;
  std::uint64_t position = 0;
  const std::uint64_t size = reader.member().size;
  while (const std::optional<Chunk> chunk = reader.read()) {
    hash.update_zeros(chunk->offset - position);
    hash.update(chunk->bytes);
    position = chunk->offset + chunk->bytes.size();
    on_chunk(*chunk);
  }
  hash.update_zeros(size - position);
  return hash.finish();
}

}  // namespace

Digest hash_data(MemberSource& reader) {
  return hash_each(reader, [](const Chunk&) {});
}

Digest hash_and_write(MemberSource& reader, PayloadSink& sink) {
  return hash_each(reader, [&](const Chunk& chunk) { sink.write(chunk.offset, chunk.bytes); });
}

std::string read_text(MemberSource& reader, std::uint64_t most) {
  const TarMember& member = reader.member();
  if (member.size > most) reader.refuse(member, fmt::format("has {} bytes, which is too much", member.size));
  std::string text;
  while (const std::optional<Chunk> chunk = reader.read()) {
    text.resize(static_cast<std::size_t>(chunk->offset), '\0');
    text.append(chunk->bytes.data(), chunk->bytes.size());
  }
  text.resize(static_cast<std::size_t>(member.size), '\0');
  return text;
}

}  // namespace minipkg::archive
