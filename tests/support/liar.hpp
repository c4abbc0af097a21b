// SPDX-License-Identifier: MIT
#pragma once
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "lib/archive/member_wire.hpp"
#include "lib/sandbox/channel.hpp"

// What a reader that was taken over may answer, for a build of minipkg with this in its reader's place: the file's name
// says what.
namespace minipkg::captive {

/// Holds its end open, and says nothing.
[[noreturn]] inline void stay(sandbox::Channel& channel) {
  for (std::array<char, 64> freed{};;) static_cast<void>(!::read(channel.writers_end(), freed.data(), freed.size()));
}

inline void raw(sandbox::Channel& channel, std::string_view bytes) {
  static_cast<void>(!::write(channel.writers_end(), bytes.data(), bytes.size()));
}

inline void word(sandbox::Channel& channel, std::uint32_t value) {
  raw(channel, {reinterpret_cast<const char*>(&value), sizeof value});
}

inline void frame(sandbox::Channel& channel, archive::FrameKind kind, std::uint32_t size, const std::string& bytes) {
  const archive::FrameHead head{kind, size};
  channel.write({reinterpret_cast<const char*>(&head), sizeof head});
  channel.write(bytes);
  channel.flush();
}

inline void misbehave(sandbox::Channel& channel, const std::string& file) {
  using archive::FrameKind;
  const auto asked = [&](std::string_view what) { return file.find(what) != std::string::npos; };
  const std::string second = encode(archive::TarMember(2, "usr"));
  channel.flush();
  if (asked("half-word")) raw(channel, "xx");
  if (asked("empty-slot")) word(channel, 0);
  if (asked("large-slot")) word(channel, 0xFFFFFFFF);
  while (asked("never-listens")) word(channel, 1);
  if (asked("huge-frame")) frame(channel, FrameKind::member, 0xFFFFFFFF, {});
  if (asked("unknown-frame")) frame(channel, static_cast<FrameKind>(77), 0, {});
  if (asked("early-data")) frame(channel, FrameKind::data, 9, std::string(9, 'x'));
  if (asked("no-member")) frame(channel, FrameKind::member, 40, std::string(40, '\xFF'));
  if (asked("second-member")) frame(channel, FrameKind::member, static_cast<std::uint32_t>(second.size()), second);
  if (asked("odd-refusal")) frame(channel, FrameKind::refusal, 3, "xyz");
  if (asked("behind-the-end")) frame(channel, FrameKind::archive_end, 0, std::string(8, '\0'));
  if (asked("exits")) ::_exit(3);
  if (asked("crashes")) __builtin_trap();
  stay(channel);
}

}  // namespace minipkg::captive
