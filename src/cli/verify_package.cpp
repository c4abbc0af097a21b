// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/package.hpp"
#include "minipkg/text.hpp"
#include "open_options.hpp"
#include "payload_check.hpp"
#include "requirements.hpp"

namespace minipkg::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> files;
  std::optional<std::string> keys, key_file, signature;
  ReadLimits limits;
  OddNames odd_names = OddNames::refuse;
};

Requirements required_of(const Context& context, const VerifyOptions& options) {
  if (options.signature && options.files.size() > 1) {
    throw Error(ErrorKind::usage, "cannot verify 'several packages' at once: --signature is for one FILE");
  }
  Requirements required;
  required.policy = Policy::signature;
  required.signature_file = options.signature;
  required.keys = options.key_file ? std::vector{key_in_file(*options.key_file)}
                  : options.keys   ? keys_instead_of_those(context.root, *options.keys)
                                   : trusted_keys(context.root);
  return required;
}

/// As install would read it.
SignedFile verify_one(Context& context, const std::string& file, const OpenPackageOptions& how) {
  const Package package = open_package(file, how);
  warn_of_missing_protection(context, package);
  check_payload(package);
  return {file, package.signed_by(), {}};
}

ExitStatus verify(Context& context, const VerifyOptions& options) {
  OpenPackageOptions how;
  how.special = SpecialFiles::allow;
  how.limits = options.limits;
  how.odd_names = options.odd_names;
  how.required = required_of(context, options);
  ExitStatus status = ExitStatus::done;
  std::vector<SignedFile> results;
  for (const std::string& file : options.files) {
    try {
      results.push_back(verify_one(context, file, how));
      context.console.tell(signer_text(file, *results.back().signed_by) + "\n");
    } catch (const Error& error) {
      results.push_back({file, {}, error.what()});
      context.console.complain(error.what(), error.hint());
      // What is wrong with a package says more than what could not be looked at.
      if (status != ExitStatus::bad_package) status = status_of(error.kind());
    }
  }
  if (context.globals.json) context.console.print(to_json(results));
  return status;
}

}  // namespace

void add_verify_package(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("verify-package", "Check signatures of package files, and all that is in them");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("FILE", options->files, "Package files; - is stdin")->required();
  auto* keys = command->add_option("--keys", options->keys, "Trust the keys in DIR instead of those of the root")
                   ->type_name("DIR");
  command->add_option("-p,--public-key", options->key_file, "Trust this public key only")
      ->type_name("PUBFILE")
      ->excludes(keys);
  command->add_option("--signature", options->signature, "Signature of FILE (default FILE.minisig)")
      ->type_name("SIGFILE");
  add_limit_option(*command, options->limits);
  add_odd_names_option(*command, options->odd_names);
  command->callback([&context, options] { context.run = [options](Context& with) { return verify(with, *options); }; });
}

}  // namespace minipkg::cli
