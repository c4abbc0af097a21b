// SPDX-License-Identifier: MIT
// What a reader process that was taken over may send: only what encode() makes is understood.
#include <string>

#include "fuzz/fuzz.hpp"
#include "lib/archive/member_wire.hpp"

using namespace minipkg::archive;
using minipkg::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = minipkg::fuzz::as_text(data, size);
  if (const auto member = decode_member(text)) {
    require(member->mode <= 07777 && member->type != minipkg::FileType::socket, "a member is one that tar can hold");
    require(decode_member(encode(*member)) == member, "a member is read alike twice");
    require(encode(*member).size() <= size, "nothing comes out that did not go in");
  }
  if (const auto refusal = decode_refusal(text)) {
    require(refusal->kind <= minipkg::ErrorKind::internal, "a refusal is of a kind");
    require(encode(*refusal) == text, "a refusal is said in one way");
  }
  return 0;
}
