// SPDX-License-Identifier: MIT
#include "lib/archive/reader_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "lib/archive/tar_reader.hpp"
#include "lib/base/fail.hpp"
#include "minipkg/text.hpp"

namespace minipkg::archive {
namespace {

constexpr std::size_t buffer_size = std::size_t{256} * 1024;
// The largest windows of xz -9 and zstd --ultra -20 fit, and a bomb does no harm.
constexpr std::size_t most_memory = std::size_t{96} * 1024 * 1024;
constexpr const char* child_memory = "96 MiB";

// ---- in the child

void send(sandbox::Channel& channel, FrameKind kind, std::string_view first, std::span<const char> second = {}) {
  const FrameHead head{kind, static_cast<std::uint32_t>(first.size() + second.size())};
  channel.write({reinterpret_cast<const char*>(&head), sizeof head});
  channel.write(first);
  channel.write({second.data(), second.size()});
}

void send_members(sandbox::Channel& channel, const InputFile& file, const ReadLimits& limits) {
  TarReader reader(limited(open_source(file), file, limits), file.name(), file.size());
  while (const TarMember* member = reader.next()) {
    send(channel, FrameKind::member, encode(*member));
    while (const std::optional<Chunk> chunk = reader.read()) {
      const std::string_view offset(reinterpret_cast<const char*>(&chunk->offset), sizeof chunk->offset);
      send(channel, FrameKind::data, offset, chunk->bytes);
    }
    send(channel, FrameKind::data_end, {});
  }
  send(channel, FrameKind::archive_end, {});
}

void read_in_child(sandbox::Channel& channel, sandbox::Confinement confinement, const InputFile& file,
                   const ReadLimits& limits) {
  const std::string layers{static_cast<char>(confinement.landlock), static_cast<char>(confinement.seccomp)};
  send(channel, FrameKind::confinement, layers);
  try {
    send_members(channel, file, limits);
  } catch (const Error& error) {
    send(channel, FrameKind::refusal, encode(Refusal{error.kind(), error.what(), error.hint()}));
  } catch (const std::bad_alloc&) {
    const std::string why = fmt::format("reading it takes more than {} of memory", child_memory);
    send(channel, FrameKind::refusal, encode(Refusal{ErrorKind::bad_package, cannot("read", file.name(), why), {}}));
  }
}

// ---- in the parent

/// Text of ours is printable already; text of a process that was taken over is made so.
std::string made_printable(const std::string& text) {
  std::string bare = text;
  std::erase(bare, '\\');
  return printable(bare) == bare ? text : printable(text);
}

}  // namespace

ReaderProcess::ReaderProcess(const InputFile& file, const ReadLimits& limits, std::function<void()> waiting)
    : MemberSource(file.name()),
      child_({file.fd(), most_memory},
             [&](sandbox::Channel& channel, sandbox::Confinement confinement) {
               read_in_child(channel, confinement, file, limits);
             }),
      waiting_(std::move(waiting)),
      buffer_(buffer_size),
      tally_(*this, limits) {
  take_confinement();
}

void ReaderProcess::refuse_nonsense() const {
  fail(ErrorKind::bad_package, "read", file(), "the process that reads it answered nonsense",
       "the archive may be crafted to do harm; nothing was changed");
}

/// Makes `wanted` bytes stand at begin_.
void ReaderProcess::fill(std::size_t wanted) {
  if (end_ - begin_ >= wanted) return;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  while (end_ < wanted) {
    const std::size_t got = child_.read(std::span(buffer_).subspan(end_), waiting_);
    end_ += got;
    if (got > 0) continue;
    const std::string how = child_.end();
    fail(ErrorKind::bad_package, "read", file(),
         fmt::format("the process that reads it {}", how.empty() ? "ended too early" : how),
         "the archive may be crafted to do harm; nothing was changed");
  }
}

ReaderProcess::Frame ReaderProcess::receive() {
  FrameHead head;
  fill(sizeof head);
  std::memcpy(&head, buffer_.data() + begin_, sizeof head);
  if (head.size > most_frame_bytes) refuse_nonsense();
  fill(sizeof head + head.size);
  const Frame frame{head.kind, std::span(buffer_).subspan(begin_ + sizeof head, head.size)};
  begin_ += sizeof head + head.size;
  if (frame.kind != FrameKind::refusal) return frame;
  const auto refusal = decode_refusal(frame.bytes);
  if (!refusal) refuse_nonsense();
  relay(*refusal);
}

/// Of a file that cannot be read the kernel says why; all else is the archive's fault.
void ReaderProcess::relay(const Refusal& refusal) const {
  const ErrorKind kind = refusal.kind == ErrorKind::permission ? ErrorKind::permission : ErrorKind::bad_package;
  throw Error(kind, made_printable(refusal.message), made_printable(refusal.hint));
}

void ReaderProcess::take_confinement() {
  const Frame frame = receive();
  if (frame.kind != FrameKind::confinement || frame.bytes.size() != 2) refuse_nonsense();
  confinement_ = {frame.bytes[0] == 1, frame.bytes[1] == 1};
}

const TarMember* ReaderProcess::next() {
  while (read()) {
  }
  if (ended_) return nullptr;
  const Frame frame = receive();
  if (frame.kind == FrameKind::member) {
    take_member(frame.bytes);
    return &member_;
  }
  if (frame.kind != FrameKind::archive_end || begin_ != end_) refuse_nonsense();
  ended_ = true;
  return nullptr;
}

void ReaderProcess::take_member(std::span<const char> bytes) {
  std::optional<TarMember> member = decode_member(bytes);
  if (!member || member->number != member_.number + 1) refuse_nonsense();
  member_ = *std::move(member);
  tally_.add(member_);
  position_ = 0;
  data_ended_ = false;
}

std::optional<Chunk> ReaderProcess::read() {
  if (data_ended_) return {};
  const Frame frame = receive();
  if (frame.kind == FrameKind::data) return take_chunk(frame.bytes);
  if (frame.kind != FrameKind::data_end) refuse_nonsense();
  data_ended_ = true;
  return {};
}

Chunk ReaderProcess::take_chunk(std::span<const char> bytes) {
  Chunk chunk;
  if (bytes.size() <= sizeof chunk.offset) refuse_nonsense();
  std::memcpy(&chunk.offset, bytes.data(), sizeof chunk.offset);
  chunk.bytes = bytes.subspan(sizeof chunk.offset);
  const bool fits =
      chunk.offset >= position_ && chunk.offset <= member_.size && chunk.bytes.size() <= member_.size - chunk.offset;
  if (!fits) refuse_nonsense();
  position_ = chunk.offset + chunk.bytes.size();
  return chunk;
}

}  // namespace minipkg::archive
