// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/signature.hpp"
#include "minipkg/text.hpp"
#include "password.hpp"
#include "source_date_epoch.hpp"

namespace minipkg::cli {
namespace {

ExitStatus sign_one(Context& context, SignOptions options) {
  context.refuse_dry_run("sign", options.file);
  options.time = source_date_epoch().value_or(std::time(nullptr));
  const SignedBy by = sign(options, ask_password);
  if (context.globals.json) context.console.print(to_json({SignedFile{options.file, by, {}}}));
  context.console.tell(
      fmt::format("{}: signed by {}: {}\n", printable(options.file), by.key_id, printable(by.trusted_comment)));
  return ExitStatus::done;
}

}  // namespace

void add_sign(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("sign", "Sign a package file, as minisign does");
  auto options = std::make_shared<SignOptions>();
  command->add_option("FILE", options->file, "What to sign")->required();
  command->add_option("-s,--secret-key", options->secret_key_file, "Secret key; its password is asked for")
      ->required()
      ->type_name("KEYFILE");
  command->add_option("-x,--output", options->output, "Where to write the signature (default FILE.minisig)")
      ->type_name("SIGFILE");
  command->add_option("-c,--untrusted-comment", options->untrusted_comment, "A comment that is not signed")
      ->type_name("TEXT");
  command
      ->add_option("-t,--trusted-comment", options->trusted_comment,
                   "A comment that is (default: time and name of FILE)")
      ->type_name("TEXT");
  command->callback(
      [&context, options] { context.run = [options](Context& with) { return sign_one(with, *options); }; });
}

}  // namespace minipkg::cli
