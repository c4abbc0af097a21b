// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

#include "lib/signature/content.hpp"
#include "lib/signature/minisign.hpp"

/// All that is computed, by libsodium.
namespace minipkg::signature {

/// Whether the key made the signature of this content. Reads it piece by piece, whatever the algorithm.
bool holds(const Signature&, const Content&, const KeyBytes&);
/// Whether the key made the signature of signature and trusted comment.
bool comment_holds(const Signature&, const KeyBytes&);

/// A prehashed one. The key must not be encrypted.
Signature sign(const Content&, const SecretKey&, std::string trusted_comment);

Secret<SecretKey> new_key();
/// With minisign's settings, or half of them and so on where memory does not suffice.
void encrypt(SecretKey&, std::string_view password);
enum class Decrypted { yes, wrong_password, out_of_memory };
Decrypted decrypt(SecretKey&, std::string_view password);

}  // namespace minipkg::signature
