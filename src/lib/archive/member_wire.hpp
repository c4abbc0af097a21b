// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lib/archive/member_source.hpp"
#include "minipkg/error.hpp"

// How the reader process tells what it read. Its end is believed nothing: what decodes is only well-formed.
namespace minipkg::archive {

enum class FrameKind : std::uint32_t {
  confinement,  ///< the first: two bytes, whether landlock and seccomp hold the process
  member,
  data,      ///< the offset, then bytes
  data_end,  ///< of the member
  archive_end,
  refusal,  ///< the last: what is wrong with the archive
};

/// Before each frame, in the machine's own byte order.
struct FrameHead {
  FrameKind kind{};
  std::uint32_t size = 0;  ///< bytes that follow
};

constexpr std::size_t most_frame_bytes = std::size_t{16} * 1024 * 1024;

/// What an Error says.
struct Refusal {
  ErrorKind kind{};
  std::string message, hint;
};

std::string encode(const TarMember&);
std::string encode(const Refusal&);

/// Nothing for bytes that encode() does not make.
std::optional<TarMember> decode_member(std::span<const char>);
std::optional<Refusal> decode_refusal(std::span<const char>);

}  // namespace minipkg::archive
