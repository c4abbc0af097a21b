// SPDX-License-Identifier: MIT
#include "lib/base/digest.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <vector>

#include "lib/base/fail.hpp"

namespace minipkg {

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> md{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  void begin() {
    // Fetching the algorithm is slow in OpenSSL 3 and is done once.
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (md == nullptr || EVP_DigestInit_ex2(md.get(), algorithm, nullptr) != 1) throw std::bad_alloc();
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->begin(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const char> bytes) { EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()); }

void Sha256::update_zeros(std::uint64_t count) {
  static constexpr std::array<char, 65536> zeros{};
  while (count > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(count, zeros.size()));
    update({zeros.data(), piece});
    count -= piece;
  }
}

Digest Sha256::finish() {
  Digest digest;
  EVP_DigestFinal_ex(context_->md.get(), digest.data(), nullptr);
  context_->begin();
  return digest;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Digest sha256_of_fd(int fd, std::string_view path) {
  Sha256 hash;
  std::vector<char> buffer(std::size_t{256} * 1024);
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got == 0) return hash.finish();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_errno("read", path);
    hash.update({buffer.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace minipkg
