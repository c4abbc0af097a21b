// SPDX-License-Identifier: MIT
#include "lib/signature/check.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "lib/base/digest.hpp"
#include "lib/base/fail.hpp"
#include "lib/base/regular_file.hpp"
#include "lib/signature/judge.hpp"
#include "lib/signature/small_file.hpp"
#include "minipkg/text.hpp"

namespace minipkg::signature {
namespace {

constexpr const char* verify = "verify";

[[noreturn]] void refuse(const Content& content, const std::string& why, const std::string& hint) {
  fail(ErrorKind::bad_package, verify, content.name, why, hint);
}

/// The text of a file that must be there, beside the content unless the caller named it.
std::string read_beside(const Content& content, const std::optional<std::string>& named, const char* ending,
                        const char* what, const char* hint) {
  if (!named && content.name == "-") {
    refuse(content, fmt::format("it has no {}: standard input has no file beside it", what), hint);
  }
  const std::string file = named.value_or(content.name + ending);
  const Fd fd = open_regular(AT_FDCWD, file.c_str(), Links::follow);
  if (!fd && errno == ENOENT && !named) {
    refuse(content, fmt::format("it has no {}: there is no '{}'", what, printable(file)), hint);
  }
  if (!fd) {
    const char* const why = errno == EINVAL ? "not a regular file" : std::strerror(errno);
    fail(ErrorKind::bad_package, "open", file, why);
  }
  std::string text;
  if (!read_small(fd.get(), text)) fail(ErrorKind::bad_package, "read", file, std::strerror(errno));
  return text;
}

SignedBy check_signature(const Content& content, const Requirements& required) {
  const std::string text = read_beside(content, required.signature_file, ".minisig", "signature",
                                       "minipkg sign makes one; --signature names another file");
  const Parsed<Signature> signature = parse_signature(text);
  if (!signature.value) {
    refuse(content, "its signature is damaged: " + signature.why,
           "get the file and its signature again from where they come from");
  }
  std::vector<TrustedKey> keys = required.keys;
  unite(keys);  // they may come from several directories
  Verdict verdict = judge(*signature.value, content, keys, today());
  if (verdict.by) return *std::move(verdict.by);
  std::string reasons;
  for (const Reason& reason : verdict.reasons) reasons += (reasons.empty() ? "" : "; ") + reason.text;
  refuse(content, reasons, verdict.reasons.front().hint);
}

void check_sha256(const Content& content, const std::optional<Digest>& given) {
  std::optional<Digest> expected = given;
  if (!expected) {
    expected = parse_sha256(read_beside(content, {}, ".sha256", "SHA-256", "--sha256 tells it, from where you trust"));
    if (!expected) {
      refuse(content, fmt::format("'{}.sha256' is no line of sha256sum", printable(content.name)), {});
    }
  }
  Sha256 hash;
  content.for_each_piece([&](auto piece) { hash.update(piece); });
  const Digest actual = hash.finish();
  if (actual != *expected) {
    refuse(content, fmt::format("its SHA-256 is {}, not {}", to_hex(actual), to_hex(*expected)),
           "get the file again from where it comes from");
  }
}

bool wants_signature(const Requirements& required) {
  return required.policy == Policy::signature || required.signature_file;
}

bool wants_sha256(const Requirements& required) { return required.policy == Policy::digest || required.sha256; }

}  // namespace

bool ask_for_anything(const Requirements& required) { return wants_signature(required) || wants_sha256(required); }

std::optional<SignedBy> check(const Content& content, const Requirements& required) {
  if (wants_sha256(required)) check_sha256(content, required.sha256);
  if (wants_signature(required)) return check_signature(content, required);
  return {};
}

std::optional<Digest> parse_sha256(std::string_view text) {
  if (text.starts_with('\\')) text.remove_prefix(1);  // of a name that was escaped
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos && end + 1 != text.size()) return {};
  const std::string_view digits = text.substr(0, std::min(text.find_first_of(" \n"), text.size()));
  try {
    return digest_from_hex(digits);
  } catch (const Error&) {
    return {};
  }
}

}  // namespace minipkg::signature
