// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <string_view>

#include "minipkg/manifest.hpp"

namespace minipkg {

/// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const char> bytes);
  /// `count` zero bytes: a hole.
  void update_zeros(std::uint64_t count);
  /// The digest of all that came; begins anew.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::string_view bytes);

/// SHA-256 of what can still be read from `fd`. Throws Error naming `path`.
Digest sha256_of_fd(int fd, std::string_view path);

}  // namespace minipkg
