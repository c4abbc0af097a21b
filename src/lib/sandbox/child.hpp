// SPDX-License-Identifier: MIT
#pragma once
#include <sys/types.h>

#include <functional>
#include <span>
#include <string>

#include "lib/sandbox/channel.hpp"
#include "lib/sandbox/confine.hpp"

namespace minipkg::sandbox {

/// A confined process at the other end of a channel. It is forked, not executed: no file has to be found for it, not
/// even while minipkg replaces itself, and it starts in a quarter of a millisecond. The caller must have no other
/// threads that hold locks of the libraries that `work` uses.
class Child {
 public:
  struct Needs {
    int input = -1;          ///< the one descriptor that is left to it, besides the channel
    std::size_t memory = 0;  ///< bytes it may allocate
  };
  using Work = std::function<void(Channel&, Confinement)>;
  /// Starts the process, which runs `work` and ends with it. `work` should not throw: that ends the process as well.
  /// Throws Error if it cannot be started.
  Child(const Needs&, const Work&);
  /// Ends the process, whatever it is doing.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// See Channel.
  std::size_t read(std::span<char> buffer, const std::function<void()>& waiting) {
    return channel_.read(buffer, waiting);
  }
  /// When nothing can be read any more: says what was wrong with it, "was ended by signal 11", or nothing. One that
  /// goes on is ended.
  std::string end();

 private:
  Channel channel_;
  pid_t pid_ = -1;
};

}  // namespace minipkg::sandbox
