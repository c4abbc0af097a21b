// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "lib/base/fail.hpp"
#include "lib/base/read_all.hpp"
#include "lib/signature/crypto.hpp"
#include "lib/signature/small_file.hpp"

namespace minipkg {

using namespace signature;

namespace {

void unlock(SecretKey& key, const std::string& file, const AskPassword& ask) {
  switch (decrypt(key, ask().text())) {
    case Decrypted::yes:
      return;
    case Decrypted::wrong_password:
      fail(ErrorKind::refused, "use", file, "wrong password");
    case Decrypted::out_of_memory:
      fail(ErrorKind::refused, "use", file, "there is not enough memory to decrypt it");
  }
}

Secret<SecretKey> read_secret_key(const std::string& file, const AskPassword& ask) {
  const Fd fd = open_given(file);
  const auto text = make_secret<SecretText>();
  const ssize_t size = read_all(fd.get(), *text);
  if (size < 0) fail(ErrorKind::usage, "read", file, std::strerror(errno));
  auto key = parse_secret_key({text->data(), static_cast<std::size_t>(size)});
  if (!key.value) fail(ErrorKind::usage, "use", file, "it is no secret key of minisign: " + key.why);
  if (is_encrypted(**key.value)) unlock(**key.value, file, ask);
  return *std::move(key.value);
}

Content content_of(const Fd& fd, const std::string& file) {
  return {file, [&fd, file](std::uint64_t offset, std::span<char> buffer) {
            const ssize_t got = read_all_at(fd.get(), offset, buffer);
            if (got < 0) fail_errno("read", file);
            return static_cast<std::size_t>(got);
          }};
}

void check_comment(const std::string& comment, std::size_t longest) {
  const bool fits =
      comment.size() <= longest && comment.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos;
  if (!fits) {
    fail(ErrorKind::usage, "write the comment", comment.substr(0, 40),
         fmt::format("it is not one line of at most {} bytes", longest));
  }
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return 0666 & ~mask;
}

void write_new(const std::string& file, std::span<const char> text, mode_t mode) {
  const Place place = place_of(file);
  if (write_whole(place.directory.get(), place.name, text, mode, Existing::keep)) return;
  if (errno == EEXIST) fail(ErrorKind::refused, "write", file, "there is one already");
  fail_errno("write", file, errno, ErrorKind::refused);
}

void must_not_exist(const std::string& file) {
  struct stat stat {};
  if (::lstat(file.c_str(), &stat) == 0) fail(ErrorKind::refused, "write", file, "there is one already");
}

}  // namespace

Password::Password() : bytes_(make_secret<std::array<char, longest>>().release()->data()) {}

void Password::Wiped::operator()(char* bytes) const { sodium_free(bytes); }

bool Password::append(char byte) {
  if (size_ == longest) return false;
  bytes_[size_++] = byte;
  return true;
}

void Password::drop_last() {
  if (size_ > 0) bytes_[--size_] = '\0';
}

std::string_view Password::text() const { return {bytes_.get(), size_}; }

TrustedKey generate_key(const std::string& secret_file, const std::string& public_file,
                        const std::optional<AskPassword>& ask) {
  for (const std::string& file : {secret_file, public_file}) must_not_exist(file);
  const auto key = new_key();
  TrustedKey result;
  result.id = id_text(key->key.id);
  result.key = public_part(*key);
  const std::string public_text = public_key_text(key->key.id, result.key);
  if (ask) encrypt(*key, (*ask)().text());
  const auto secret_text = to_text(*key);
  write_new(secret_file, {secret_text->data(), std::strlen(secret_text->data())}, 0600);
  write_new(public_file, public_text, mode_of_new_files());
  return result;
}

SignedBy sign(const SignOptions& options, const AskPassword& ask) {
  check_comment(options.untrusted_comment, longest_untrusted_comment);
  check_comment(options.trusted_comment, longest_trusted_comment);
  const Fd file = open_given(options.file);
  const auto key = read_secret_key(options.secret_key_file, ask);
  const std::string comment = !options.trusted_comment.empty()
                                  ? options.trusted_comment
                                  : fmt::format("timestamp:{}\tfile:{}\thashed", options.time,
                                                options.file.substr(options.file.rfind('/') + 1));
  check_comment(comment, longest_trusted_comment);  // a name may hold anything
  const Signature signature = signature::sign(content_of(file, options.file), *key, comment);
  const std::string output = options.output.empty() ? options.file + ".minisig" : options.output;
  const std::string text = signature::to_text(
      signature, options.untrusted_comment.empty() ? "signature from minisign secret key" : options.untrusted_comment);
  const Place place = place_of(output);
  if (!write_whole(place.directory.get(), place.name, text, mode_of_new_files(), Existing::replace)) {
    fail_errno("write", output, errno, ErrorKind::refused);
  }
  return {{}, id_text(signature.key_id), comment};
}

}  // namespace minipkg
