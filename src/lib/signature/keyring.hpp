// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/fd.hpp"
#include "lib/os/tree.hpp"
#include "minipkg/root.hpp"
#include "minipkg/signature.hpp"

namespace minipkg::signature {

/// <root>/etc/minipkg. Whoever can write there decides what may be installed: everything read here must belong to root
/// or to this user, and nobody else may write to it.
class Keyring {
 public:
  /// Throws Error(usage) if the root is no directory.
  explicit Keyring(const Root&);

  Policy policy() const;
  void set_policy(Policy);
  std::vector<TrustedKey> keys() const;
  /// `text` is that of a public key file.
  void add(const std::string& name, const std::string& text);
  void remove(const std::string& name);
  void revoke(const std::string& name, Day);

 private:
  std::string file_of(const std::string& name) const;
  Fd open(const char* directory) const;
  Fd make(const char* directory);

  os::Tree root_;
};

/// The public keys in a directory, sorted by name.
std::vector<TrustedKey> read_keys(int directory, const std::string& path);

}  // namespace minipkg::signature
