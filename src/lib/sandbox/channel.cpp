// SPDX-License-Identifier: MIT
#include "lib/sandbox/channel.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "lib/base/fail.hpp"
#include "lib/base/retry.hpp"
#include "lib/base/write_all.hpp"

namespace minipkg::sandbox {
namespace {

constexpr std::size_t slot_size = std::size_t{128} * 1024;  // a few of them fit into a processor's cache
constexpr std::size_t slots = 8;
constexpr int patience = 200;  // ms
constexpr const char* reader = "reader process";

}  // namespace

Channel::Channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail_errno("start", reader);
  ours_.reset(ends[0]);
  theirs_.reset(ends[1]);
  void* const memory = ::mmap(nullptr, slot_size * slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail_errno("start", reader);
  memory_ = static_cast<char*>(memory);
}

Channel::~Channel() { ::munmap(memory_, slot_size * slots); }

std::span<char> Channel::slot(std::size_t number) const { return {memory_ + number % slots * slot_size, slot_size}; }

/// False at the writer's end. A word of the socket is the number of bytes in the next slot; it comes as a whole,
/// because it was written as a whole.
bool Channel::receive_slot(const std::function<void()>& waiting) {
  std::uint32_t size = 0;
  ssize_t got = -1;
  while (got < 0) {
    if (waiting) waiting();
    got = ::recv(ours_.get(), &size, sizeof size, MSG_DONTWAIT);
    if (got >= 0) break;
    if (errno == ECONNRESET) return false;
    if (errno != EAGAIN && errno != EINTR) fail_errno("read from", reader);
    pollfd incoming{ours_.get(), POLLIN, 0};
    ::poll(&incoming, 1, patience);
  }
  nonsense_ = got > 0 && (got != sizeof size || size == 0 || size > slot_size);
  if (got == 0 || nonsense_) return false;
  filled_ = size;
  used_ = 0;
  return true;
}

std::size_t Channel::read(std::span<char> buffer, const std::function<void()>& waiting) {
  while (used_ == filled_) {
    if (filled_ > 0) {
      const char free_again = 0;
      // A writer that is gone, or never looks, needs no slot.
      ::send(ours_.get(), &free_again, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      ++slot_;
    }
    filled_ = used_ = 0;
    if (!receive_slot(waiting)) return 0;
  }
  const std::size_t size = std::min(buffer.size(), filled_ - used_);
  std::memcpy(buffer.data(), slot(slot_).data() + used_, size);
  used_ += size;
  return size;
}

void Channel::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), slot_size - used_);
    std::memcpy(slot(slot_).data() + used_, bytes.data(), size);
    bytes.remove_prefix(size);
    used_ += size;
    if (used_ == slot_size) flush();
  }
}

void Channel::flush() {
  const auto size = static_cast<std::uint32_t>(used_);
  if (size == 0) return;
  std::array<char, slots> freed{};
  write_all(theirs_.get(), {reinterpret_cast<const char*>(&size), sizeof size});
  ++slot_;
  used_ = 0;
  ++handed_over_;
  while (handed_over_ == slots) {
    const ssize_t got = retry([&] { return ::read(theirs_.get(), freed.data(), freed.size()); });
    if (got <= 0) ::_exit(0);
    handed_over_ -= std::min(static_cast<std::size_t>(got), handed_over_);
  }
}

}  // namespace minipkg::sandbox
