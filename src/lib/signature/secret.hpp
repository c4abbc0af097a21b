// SPDX-License-Identifier: MIT
#pragma once
#include <sodium.h>

#include <memory>
#include <new>
#include <type_traits>

namespace minipkg::signature {

struct WipeAndFree {
  void operator()(void* memory) const { sodium_free(memory); }
};

/// Memory for a secret: never swapped out, not in a core dump, wiped when it is given back.
template <class T>
using Secret = std::unique_ptr<T, WipeAndFree>;

/// Zeroed.
template <class T>
Secret<T> make_secret() {
  static_assert(std::is_trivially_copyable_v<T>);
  if (sodium_init() < 0) throw std::bad_alloc();
  void* const memory = sodium_malloc(sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  sodium_memzero(memory, sizeof(T));
  return Secret<T>(static_cast<T*>(memory));
}

}  // namespace minipkg::signature
