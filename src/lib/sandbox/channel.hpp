// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "lib/base/fd.hpp"

namespace minipkg::sandbox {

/// Bytes from a confined process to the one that made it, through memory that both see: a pipe would cost as much as
/// decompressing. The memory is a ring of slots; a socket says which of them are full, and which are free again.
class Channel {
 public:
  /// Throws Error.
  Channel();
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// After the fork, each side says which it is: it closes the other's end.
  void become_reader() { theirs_.reset(); }
  void become_writer() { ours_.reset(); }
  int writers_end() const { return theirs_.get(); }

  /// Copies what has come, at least one byte: what the writer changes in the memory later changes nothing here.
  /// 0 when the writer has ended, or answered nonsense. `waiting` is called for each slot and
  /// several times a second while nothing comes, and throws to give up. Throws Error.
  std::size_t read(std::span<char> buffer, const std::function<void()>& waiting);
  /// Reader: whether that was the end.
  bool is_nonsense() const { return nonsense_; }

  /// Gathers bytes, and hands them over by the slot. The process ends where nobody reads any more.
  void write(std::string_view bytes);
  void flush();

 private:
  std::span<char> slot(std::size_t number) const;
  bool receive_slot(const std::function<void()>& waiting);

  Fd ours_, theirs_;
  char* memory_ = nullptr;
  std::size_t slot_ = 0;         ///< that is being read, or written
  std::size_t used_ = 0;         ///< of its bytes
  std::size_t filled_ = 0;       ///< reader: bytes in it
  std::size_t handed_over_ = 0;  ///< writer: slots that are not free yet
  bool nonsense_ = false;
};

}  // namespace minipkg::sandbox
