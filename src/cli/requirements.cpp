// SPDX-License-Identifier: MIT
#include "requirements.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "minipkg/text.hpp"

namespace minipkg::cli {
namespace {

Policy stricter_policy(Policy of_root, const std::optional<std::string>& asked) {
  const Policy policy = asked ? *policy_named(*asked) : of_root;
  if (policy >= of_root) return policy;
  throw Error(ErrorKind::refused,
              fmt::format("cannot use policy '{}': this root requires '{}'", name_of(policy), name_of(of_root)),
              "minipkg key policy changes it");
}

Digest digest_of(const std::string& hex) {
  try {
    return digest_from_hex(hex);
  } catch (const Error&) {
    throw Error(ErrorKind::usage,
                fmt::format("cannot use SHA-256 '{}': not 64 lower-case hexadecimal digits", printable(hex)));
  }
}

}  // namespace

void add_requirement_options(CLI::App& command, RequirementOptions& options) {
  command
      .add_option("--policy", options.policy,
                  "What FILE must show: none, digest, signature; no less than the root asks")
      ->check(CLI::IsMember({"none", "digest", "signature"}))
      ->type_name("WORD");
  command.add_option("--keys", options.keys, "Trust the keys in DIR instead of those of the root")->type_name("DIR");
  command.add_option("--signature", options.signature, "Signature of FILE (default FILE.minisig)")
      ->type_name("SIGFILE");
  command.add_option("--sha256", options.sha256, "SHA-256 of FILE (default: that in FILE.sha256)")->type_name("HEX");
}

Requirements requirements_of(const Context& context, const RequirementOptions& options, std::size_t files) {
  if (files > 1 && (options.signature || options.sha256)) {
    throw Error(ErrorKind::usage,
                "cannot verify 'several packages' at once: --signature and --sha256 are for one FILE");
  }
  const Root& root = context.root;
  Requirements required;
  required.policy = stricter_policy(policy_of(root), options.policy);
  required.signature_file = options.signature;
  if (options.sha256) required.sha256 = digest_of(*options.sha256);
  if (required.policy != Policy::signature && !required.signature_file) return required;
  required.keys = options.keys ? keys_instead_of_those(root, *options.keys) : trusted_keys(root);
  return required;
}

std::vector<TrustedKey> keys_instead_of_those(const Root& root, const std::string& directory) {
  std::vector<TrustedKey> keys = keys_in_directory(directory);
  const std::vector<TrustedKey> of_root = trusted_keys(root);
  std::copy_if(of_root.begin(), of_root.end(), std::back_inserter(keys),
               [](const TrustedKey& key) { return key.revoked.has_value(); });
  return keys;
}

std::string signer_text(const std::string& file, const SignedBy& by) {
  return fmt::format("{} is signed by {} ({}): {}", printable(file), printable(by.key_name), by.key_id,
                     printable(by.trusted_comment));
}

void note_signers(Context& context, const std::vector<Package>& packages) {
  for (const Package& package : packages) {
    if (package.signed_by()) context.console.note(signer_text(package.file(), *package.signed_by()));
  }
}

}  // namespace minipkg::cli
