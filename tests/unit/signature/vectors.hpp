// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "lib/signature/content.hpp"
#include "lib/signature/minisign.hpp"

/// Made by minisign 0.11.
namespace minipkg::signature::test {

// minisign -G -W
inline constexpr const char* secret_key = R"(untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADZmXDLZSEkiuFbOEGKkoXqsa7RHDRrFuqFwnFNWNRfTtpQFPr4GWG75lRvadEhqNZ3WOOqHiEnIvw0U2H7M9t40AofA6vgk+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
)";
inline constexpr const char* public_key = R"(untrusted comment: minisign public key 481252B60C97990D
RWQNmZcMtlISSL5lRvadEhqNZ3WOOqHiEnIvw0U2H7M9t40AofA6vgk+
)";
inline constexpr const char* key_id = "481252B60C97990D";

inline constexpr const char* message = "hello\n";
// minisign -S -t 'a comment'
inline constexpr const char* prehashed = R"(untrusted comment: signature from minisign secret key
RUQNmZcMtlISSNuAOzLIzeQPycasOt+1xG5iZaWjXVueYUD5RTgNUeZPn2uqdeCZlCOCPobjR09NN8yzaht5Y9dsxN8gLqTWmw0=
trusted comment: a comment
hfkI+WgK9+bnlSJZCY0tH4HHajccjM5SOIqQp0aYERHSJeOPobXGXMgDkx9GUNZ6lXTcuWnvXTqfT4lxjJLsBA==
)";
// minisign -S -l -t legacy
inline constexpr const char* legacy = R"(untrusted comment: signature from minisign secret key
RWQNmZcMtlISSJRujCCoM4HRuAstViPF+YAKfyepFlX9VY3r/XGklwC7McyEfxO/Fj7ycGo+FK3wA2EA19cn0QlQFqlcYHLRVAM=
trusted comment: legacy
87Ua5Z0ae5cocu0riQuzmIpaYszPLOt/KeapGblc2kvmbZysUFWce8kz+pbUeI5AP4HiA80WOJOBy0crWllECw==
)";

inline Content content(std::string bytes) {
  return {"hello.pkg.tar", [bytes = std::move(bytes)](std::uint64_t offset, std::span<char> buffer) {
            const std::string_view rest = std::string_view(bytes).substr(std::min<std::size_t>(offset, bytes.size()));
            return rest.copy(buffer.data(), buffer.size());
          }};
}

inline TrustedKey trusted_key() {
  TrustedKey key = *parse_public_key(public_key).value;
  key.name = "vendor";
  return key;
}

}  // namespace minipkg::signature::test
